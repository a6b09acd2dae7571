"""Look after an installation: copy it while it runs, bring it back, say what ails it and who can mend that."""
