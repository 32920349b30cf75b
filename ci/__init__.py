"""Scripts of continuous integration. Each also runs on a developer's machine."""
