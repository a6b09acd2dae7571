"""Passwords of controllers and keys of webhooks: named everywhere, kept encrypted, shown nowhere."""
