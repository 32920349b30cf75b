"""What continuous integration runs; every script here can be run at home too."""
