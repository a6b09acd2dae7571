"""The steps by which the records store grew; additive for tables that grow, each inside one transaction."""
