"""The signals of the plant as people look at them: found among many, and told with what each is used for."""
