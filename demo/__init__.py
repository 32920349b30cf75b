"""A page on which a visitor tries the released models. The browser runs them; Python only copies and serves files."""
