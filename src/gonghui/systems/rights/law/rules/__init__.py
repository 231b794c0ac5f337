"""Pure rules of the law library and the calculators."""
