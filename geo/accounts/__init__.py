"""Accounts: credentials, sessions, tokens, permissions and the audit log."""
