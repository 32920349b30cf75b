"""The generated sample corpus and tasks: everything the default parameters run on, made offline from a seed."""
