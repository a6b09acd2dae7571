"""What a period came to by product, shift, crew, day, state or whatever else tells its parts apart."""
