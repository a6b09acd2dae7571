"""The past told again by other definitions: what that would move, who did it and why, and the way back."""
