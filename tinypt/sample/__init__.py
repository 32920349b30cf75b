"""The generated corpus and tasks that the default parameters use. A seed determines them."""
