"""bert-tiny-pt: the library behind the stages, one folder per concern, in the order the data flows.

params, corpus, cleaning, tokens, modeling, distillation, evaluation, reporting: a folder imports only
those before it. The modules at this level (errors, files, progress, stage) serve them all.
"""
