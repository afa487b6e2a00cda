"""The Recipes page: the list of products, and the six steps that set one up."""
