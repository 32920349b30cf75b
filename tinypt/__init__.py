"""bert-tiny-pt: the library behind the stages. A folder imports only folders before it in this list.

- runtime: errors, progress line and the frame of every stage; files.py: atomic writing
- params: params.yaml as typed values
- plan.py: needs of a run, before it starts
- executors.py: local processes, Ray or Dask
- sample: generated corpus and tasks
- corpus: sources, records and shards of raw text
- measures: statistics of a document
- cleaning: repairs
- selection: rules, duplicates and the split into training and test documents
- sentences: cutting, the sentence teacher and its stored vectors
- tokens: vocabularies, blocks and masks
- modeling: models and their initial weights
- training: the training loop
- distillation: losses and objectives
- evaluation: scores on tasks and on held-out text
- reporting: the report
- release: model card and ONNX export
- inference: use of a release, without the folders above
- publish.py, cli.py, __main__.py: upload, and the command `tinypt`
"""
