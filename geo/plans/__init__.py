"""Plans: drafts of changes to the micro-grids, their replay, checks and publication."""
