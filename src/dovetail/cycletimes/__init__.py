"""How long a piece takes: ideal, best demonstrated and actual, of a product on a machine."""
