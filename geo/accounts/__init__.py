"""Accounts: credentials, sessions, permissions and the audit log."""
