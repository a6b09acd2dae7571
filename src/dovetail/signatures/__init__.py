"""Who answers for a shift: signed ones stand as they were known, and nobody changes them until a signature is back."""
