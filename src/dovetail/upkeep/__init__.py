"""Look after an installation: copy it while it runs, prove the copy, bring it back."""
