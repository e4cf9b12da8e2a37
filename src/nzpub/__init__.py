"""One annotated Markdown manuscript becomes a PDF, an EPUB and a slide deck that agree.

The document walks one way, and so do the imports; a module knows only what stands to its left:

    errors  clock  bitmap  drawing  sheets  trust  tree  model  pandoc  cache  fonts  locate  charts  metadata
    references  limits  doubts  read  annotate  editorial  misread  mistyped  illustrate  cite  furniture  project
    page  complaint  weasy  cover  formulas  paginate  pagebreaks  checks  formats  publish  budget  build   (tasks.py)

- ``read`` turns the manuscript's folder into a :class:`~nzpub.model.Book`, each block with its line;
- ``annotate`` holds it against the vocabulary of annotations;
- ``illustrate`` draws the charts; ``cite`` numbers notes, figures and sections and runs citeproc;
- ``project`` makes the edition that one format prints; ``page`` and ``formats`` write it;
- ``checks`` hold what was written against what was meant; ``publish`` exchanges ``dist/`` whole.

Invariants: values are frozen; writers return bytes and only ``publish`` writes them; nothing is
fetched from a network; time comes from ``SOURCE_DATE_EPOCH`` or the metadata, never from the clock.
"""
