"""What the plant makes: products (ISA-95 MaterialDefinitions), their units and how fast each is made where."""
