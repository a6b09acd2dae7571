"""One typed operation serves screen, API, CLI, rule and agent: same permission, validation, audit and undo."""
