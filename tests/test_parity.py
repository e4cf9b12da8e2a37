"""The parity gate: the outputs say what the manuscript says, and the gate sees it when they do not."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path

import mutants
import pytest
from hypothesis import HealthCheck, Phase, given, reject, settings
from manuscripts import Made as Manuscript
from manuscripts import books

from nzpub import annotate, project
from nzpub.checks import parity
from nzpub.checks.passage import Passage
from nzpub.cite import cite
from nzpub.errors import CheckError, Finding
from nzpub.formats import FORMATS, Made
from nzpub.illustrate import illustrate
from nzpub.model import Artifact, Book, Deck, Edition, Styles
from nzpub.paginate import lay_out
from nzpub.read import characters, read, read_styles
from publication import BOOK, make

ROOT = Path(__file__).parents[1]
PUBLICATIONS = (ROOT, BOOK)
ROWS = tuple(row for row in FORMATS if row.name in parity.READINGS)
# No shrinking: an example costs half a second, and the message names the block.
chance = settings(max_examples=25, deadline=None, derandomize=True, phases=[Phase.generate],
                  suppress_health_check=list(HealthCheck))
few = settings(chance, max_examples=6)


@cache
def publication(root: Path) -> tuple[Book, Styles, Made]:
    """Return the publication in *root* cited, its styles, and its PDF laid out."""
    book = read(root / "manuscript")
    styles = read_styles(root / "styles", characters(book))
    book = cite(illustrate(book, styles))
    return book, styles, Made(lay_out(project.prose(book, "pdf"), styles), ())


@cache
def written(root: Path) -> dict[str, tuple[Artifact, Edition | Deck]]:
    """Return format → artifact and edition of the publication in *root*."""
    book, styles, before = publication(root)
    made: dict[str, tuple[Artifact, Edition | Deck]] = {}
    for row in ROWS:
        edition = row.edition(book)
        earlier = Made(before.layout, tuple(artifact for artifact, _ in made.values()))
        made[row.name] = row.write(edition, styles, earlier), edition
    return made


@pytest.mark.parametrize(("root", "name"), [
    pytest.param(root, row.name, id=f"{row.name}-{of}")
    for of, root in zip(("flagship", "book"), PUBLICATIONS, strict=True) for row in ROWS])
def test_outputs_say_what_the_manuscript_says(root: Path, name: str) -> None:
    """The gate finds nothing in what the writers make of a sound manuscript."""
    assert parity.check(*written(root)[name]) == ()


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@chance
@given(books())
def test_any_manuscript_comes_through(made: Manuscript) -> None:
    """Whatever the vocabulary allows, in whatever order, is in each output once, whole and in order."""
    _, styles, before = publication(BOOK)
    assert [finding for finding in annotate.check(made.book) if finding.severity == "error"] == []
    book = cite(made.book)
    assert [str(finding) for name in ("epub", "revealjs") for finding in _findings(name, book, styles, before)] == []


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@few
@given(books())
def test_any_manuscript_comes_through_powerpoint_and_web(made: Manuscript) -> None:
    """So it is on PowerPoint's slides, whose layouts order it anew, and on the front page."""
    _, styles, before = publication(BOOK)
    book = cite(made.book)
    assert [str(finding) for name in ("pptx", "web") for finding in _findings(name, book, styles, before)] == []


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@few
@given(books())
def test_any_manuscript_comes_through_the_handout(made: Manuscript) -> None:
    """So it is in the handout, which sets what a slide shows and what is said side by side."""
    _, styles, before = publication(BOOK)
    assert [str(finding) for finding in _findings("handout", cite(made.book), styles, before)] == []


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@few
@given(books())
def test_any_manuscript_comes_through_print(made: Manuscript) -> None:
    """So it is in print, whose lines are broken and hyphenated, and whose notes stand at the foot of the page."""
    _, styles, _ = publication(BOOK)
    book = cite(made.book)
    try:
        before = Made(lay_out(project.prose(book, "pdf"), styles), ())
    except CheckError:                  # a note in a row of a table that fills a page and more
        reject()
    assert [str(finding) for finding in _findings("pdf", book, styles, before)] == []


_ROWS = "| a cell | another |\n" * 120
_EDGE = "+---------+------------+\n"
_HEADS = f"{_EDGE}| Head    | Of rows    |\n{_EDGE}| Below   | The head   |\n{_EDGE.replace('-', '=')}"
_PAGE = "Words.\n\n" * 40             # but for three lines
_TWO_ROWS = _HEADS + f"| a cell  | another    |\n{_EDGE}" * 120
_DRAWN = f"| Head ![](figures/words.svg){{.decorative}} | Other |\n|---|---|\n{_ROWS}: Long {{#tbl-x}}\n"
# What generated manuscripts rarely have, or have in print and the EPUB alone: where a writer went wrong once.
FAULTS = {
    "a table below a list in a list": """\
# One {#sec-one}

- - ![Caption](figures/words.svg){#fig-a alt="Alt"}

  | a | b |
  |---|---|
  | c | d |

  : Caption {#tbl-b}

- text

  1. ![Caption](figures/words.svg){#fig-c alt="Alt"}

     ![Caption](figures/words.svg){#fig-d alt="Alt"}

  words

  | a | b |
  |---|---|
  | c | d |

  : Caption {#tbl-d}

  - last
""",
    "lists and stops from right to left": """\
# One {#sec-one}

::: {lang=ar dir=rtl}
ماء سلام، ماء (سلام) ماء.

1. ماء
2. سلام (ماء)!

iii. سلام
iv. ماء
:::

::: {lang=en dir=rtl}
*Words* in Latin letters, (internationalisation) and *so* on.

- one.
- two!
:::
""",
    "a note's mark behind lowered characters": """\
# One {#sec-one}

Words\\
more **~PRT~**[^n] and x^2^~3~ words ~4~^5^

Words more **~PRT~**[^k]

[^n]: A note.

[^k]: A note.
""",
    "what is left where all is hidden": """\
# One {#sec-one}

Text.[^1] [Online]{.content-visible when-format="web"}

[^1]: [Online]{.content-visible when-format="web"} [only]{.content-visible when-format="web"}

    Its second paragraph.

[Online]{.content-visible when-format="web"} [only]{.content-visible when-format="web"}

1. [Online]{.content-visible when-format="web"}
2. two

Term
:   [Online]{.content-visible when-format="web"}

- a rule in an item

    ---

-   ---

| Head | Other |
|---|---|
| [Online]{.content-visible when-format="web"} | a cell |

: Caption {#tbl-x}

::: {.slide #sl-x title="A slide"}
1. [Online]{.content-visible when-format="web"}
2. two

-   ---
- item
:::
""",
    "a list in the head of a table": """\
# One {#sec-one}

+---------+------------+
| - one   | Other      |
| - two   |            |
+=========+============+
| a cell  | another    |
+---------+------------+

: Caption {#tbl-x}
""",
    "formulas set by themselves": """\
# One {#sec-one}

| Head $$a$$ it is | Other |
|---|---|
| a | b $$1$$ |

: Caption $$c$$ {#tbl-x}

Text.[^1] And *with $$d$$ emphasis $$e$$* or **$$f$$ so** in [a $$g$$ link](https://example.org/x).

- tight $$h$$ item
- $$i$$
- *$$j$$*
- > $$k$$

Term $$l$$
:   Definition $$m$$ of it

[^1]: A note $$n$$ and *$$o$$* end.

    Second $$p$$ of $$q$$ two.

::: {.slide #sl-x title="A slide"}
- tight $$h$$ item
- $$i$$

Words $$j$$ and *$$k$$*

- "$$l$$"

::: {.notes time="10"}
Said $$l$$ so.

$$m$$
:::
:::
""",
    "lists begin at their number": """\
# One {#sec-one}

3. three
4. four

    d. letter d
    e. letter e

Text[^n].

[^n]: A note:

    XL. forty
    XLI. forty-one

> 0. nought
> 1. one

::: {#sl-a .slide title="A"}
5. five
6. six

::: {.notes time=10}
iv. four said
v. five said
:::
:::
""",
    "a list alone in a quotation": """\
# One {#sec-one}

::: {#sl-a .slide title="A"}
> - one
> - two

::: {.incremental}
> 1. first
> 2. second

- step
- by step
:::

::: {.notes time=10}
> term
> :   - said
>
>     > - within
:::
:::

::: {#sl-b .slide title="B" .layout-quotation}
> - three
> - four

Someone
:::
""",
    "lists and formulas in a quotation": """\
# One {#sec-one}

::: {#sl-a .slide title="A"}
> b. first
> c. second
>
> After the list.
:::

::: {#sl-f .slide title="F"}
> - $x$
> - $y$ and words
>
> > $E = mc^2$
> >
> > 1) $z$
:::

::: {#sl-t .slide title="T"}
Term
:   $d$

    - $e$
:::

::: {#sl-b .slide title="B"}
(iii) three

    > - quoted in it

    still three

(iv) four

    - bullet
    - bullets

::: {.notes time=10}
2. two said

> Quoted.
:::
:::

::: {#sl-c .slide title="C"}
3.  ```
    begins = "with code"
    ```

    after it
4.  >     quoted = "code"
    >
    > and words
5. - a list alone
   - in its item

    after that
:::
""",
    "a list after a figure in an item": """\
# One {#sec-one}

- > ![Caption](figures/x.svg){#fig-x alt="square"}

    3. three
    4. four

::: {#sl-a .slide title="A"}
Shown.

::: {.notes time=10}
- > ![Caption](figures/x.svg){#fig-y alt="square"}

    3. three
    4. four
:::
:::
""",
    "an item that begins with a list": """\
# One {#sec-one}

::: {#sl-a .slide title="A"}
4. - x
   - y

5. > 2. quoted

6. Term
   :   Meaning

           code = "in it"
:::

::: {#sl-b .slide title="B"}
3. ![](figures/x.svg){alt="square"}
4. - - deep

   goes on

::: {.notes time=10}
4. - said
   - so

5. Term
   :   Meaning

           code = "in it"

> - quoted
>
>       code = "quoted"
:::
:::
""",
    "lists that follow each other": """\
# One {#sec-one}

::: {#sl-a .slide title="A"}
1. one
2. two

::: {.uncited reason="x"}
1. one again
:::

> 1. one quoted

Between.

1. one more

   goes on
2. two more
:::

::: {#sl-b .slide title="B"}
Shown.

::: {.notes time=10}
- a bullet
- another

::: {.uncited reason="x"}
- a bullet of another list
:::

1. one said

> 1. one quoted
:::
:::
""",
    "pictures in cells and captions": """\
# One {#sec-one}

::: {#sl-a .slide title="A"}
| ![](figures/x.svg){alt="first"} | Head and ![](figures/x.svg){alt="second"} |
|----|----|
| a | ![](figures/x.svg){alt="10\u00a0km"} and after |

: Caption ![](figures/x.svg){alt="fourth"}
:::

::: {#sl-c .slide title="C"}
+---------------------------------+-----------------+
| ![Under it](figures/x.svg)      | > quoted        |
|                                 |                 |
|                                 | 3. three        |
+=================================+=================+
| - item                          | ~~~             |
|                                 | code            |
|     goes on                     | ~~~             |
+---------------------------------+-----------------+
:::

::: {#sl-b .slide title="B"}
Shown.

::: {.notes time=10}
| Head of *a* | ![](figures/x.svg){alt="first"} |
|----|----|
| `code` and [link](https://example.org) | 10\u00a0km |
:::
:::
""",
    "what is raised in what is lowered": """\
# One {#sec-one}

::: {#sl-a .slide title="A"}
- $\\alpha + \\beta$

*One*\\
*two*\\
\\
`three`\\
$x$\\
$y$ $\\alpha + \\beta$ A ~b^c^~ and ^d~e~f^ with ![](figures/x.svg){alt="square"}

**Strong “$x^2$” and *more “$y$”***.

::: {.notes time=10}
A ~b^c^~ and ^d~e~^.

**Strong “$x^2$” and [drei “$y$”]{lang=de}**.
:::
:::
""",
    "languages of code, verse, terms and headings": """\
# One {#sec-one}

::: {#sl-a .slide title="A"}
::: {lang=mi}
Kupu
:   Tikanga

| He moana
| pukepuke

    waehere

    tua rua
:::

[hono](https://example.org){lang=mi} and `waehere`{lang=mi}

# Upoko {lang=mi}

::: {.notes time=10}
::: {lang=mi}
| He moana

    waehere
:::
:::
:::
""",
    "headings on a slide and what follows them": """\
# One {#sec-one}

::: {#sl-a .slide title="A"}
## Upoko {#upoko lang=mi}

after, see [there](#upoko)

### Überschrift {lang=de}

after

> ## Titre {lang=fr}
>
> after

::: {.notes time=10}
## Kōrero {lang=mi}

said
:::
:::

::: {#sl-b .slide title="B"}
shown

::: {.incremental lang=mi}
## Titre {#inner lang=fr}

- after
:::
:::
""",
    "pictures with a space after them or none": """\
# One {#sec-one}

See $x$ , there

See $x$, there

::: {#sl-a .slide title="A"}
![alt](figures/x.svg) .

![alt](figures/x.svg).

::: {.notes time=10}
See ![alt](figures/x.svg) , there

See ![alt](figures/x.svg), there
:::
:::
""",
    "pictures in headings, and decorative ones": """\
# One ![alt](figures/x.svg). {#sec-one}

Word ![](figures/x.svg){.decorative} more.

![](figures/x.svg){.decorative}

::: {#sl-a .slide title="A"}
## Head ![alt](figures/x.svg).

Word ![](figures/x.svg){.decorative} more.

::: {.notes time=10}
![](figures/x.svg){.decorative}.
:::
:::
""",
    "words of another language around a picture": """\
# One {#sec-one}

[kupu ![alt](figures/x.svg) reo]{lang=mi}, [![in it](figures/words.svg) kupu]{lang=mi}, [kupu $x^2$ reo]{lang=mi},
[![kupu](figures/words.svg)]{lang=mi}.

::: {#sl-a .slide title="A"}
[kupu ![alt](figures/x.svg) reo]{lang=mi}

::: {.notes time=10}
[![in it](figures/words.svg) kupu]{lang=mi}, [![](figures/x.svg){.decorative}]{lang=de}.
:::
:::
""",
    "a drawing with words that leads somewhere": """\
# One {#sec-one}

[![in it](figures/words.svg)](https://example.org/a).

[Before ![in it](figures/words.svg) after](https://example.org/b), [“![in it](figures/words.svg)”, $x^2$ and
![](figures/x.svg){.decorative}](https://example.org/e).

::: {#sl-a .slide title="A"}
[![in it](figures/words.svg)](https://example.org/c)

::: {.notes time=10}
See [![in it](figures/words.svg)](https://example.org/d).
:::
:::
""",
    "a drawing with words in a heading": """\
# Head ![in it](figures/words.svg) {#sec-one}

## Two {#sec-two}

## Below ![in it](figures/words.svg) it {#sec-three}

Text.

::: {#sl-a .slide title="A"}
## Head ![in it](figures/words.svg)

Shown.

::: {.notes time=10}
Said.
:::
:::
""",
    "a decorative drawing with words": f"""\
# One {{#sec-one}}

Word ![](figures/words.svg){{.decorative}} more ![](figures/faint.svg){{.decorative}}.

![](figures/words.svg){{.decorative}}

{_DRAWN}

::: {{#sl-a .slide title="A"}}
Word ![](figures/words.svg){{.decorative}} more.

::: {{.notes time=10}}
Said ![](figures/words.svg){{.decorative}} too.
:::
:::
""",
    "words drawn twice": """\
# One {#sec-one}

Before ![alt](figures/halo.svg) after ![](figures/halo.svg){.decorative}.

![Caption](figures/halo.svg){#fig-x alt="Halo"}

::: {#sl-a .slide title="A"}
Word ![alt](figures/halo.svg) more ![](figures/halo.svg){.decorative}.
:::
""",
    "pictures that lead somewhere": """\
# One {#sec-one}

::: {#sl-a .slide title="A"}
[![alt](figures/x.svg)](https://example.org/?a=1&b=2)
:::

::: {#sl-b .slide title="B"}
[![alt](figures/x.svg) and words](https://example.org/b){lang=de}

- [![back](figures/x.svg)](#sl-a)
:::

::: {#sl-c .slide title="C" .layout-statement}
[![alt](figures/x.svg)](https://example.org/c)

[words](https://example.org/d)
:::
""",
    "formulas in headings and captions": """\
# One $E = mc^2$ and $\\frac{a}{b}$ {#sec-one}

![Caption **$x^2$** of ![](figures/x.svg){alt="an inner one"}](figures/x.svg){#fig-x alt="Square"}

## Two $\\alpha + \\beta$ {#sec-two}

### $x$ {#sec-three}

| Head $\\sqrt{2}$ | Other |
|-----------------|-------|
| a               | b     |

: Table $\\alpha$ {#tbl-x}

# Four with a note[^n] {#sec-four}

Words.

[^n]: A note.

::: {#sl-a .slide title="A"}
![Caption $x^2$](figures/x.svg){alt="Square"}

# Head $x^3$

:::
""",
    "notes in headings": """\
# One with a note[^a] {#sec-one .unnumbered}

See @sec-three and [here](#sec-two).

## Two cited [@smith-2020] {#sec-two .unnumbered}

### Three[^b] with more {#sec-below .unnumbered}

# Four of *Smith*[@jones-2021]: the rest {#sec-four .unnumbered}

# Five [in [zwei[^c]]{lang=de} words]{lang=fr} $x$[^d] {#sec-three}

[^a]: A note.

[^b]: A note.

[^c]: Eine Notiz.

[^d]: A note.
""",
    "notes in words of another language": """\
# One {#sec-one}

[Worte[^a] und [te reo[^b]]{lang=mi}, zitiert[@smith-2020]]{lang=de}.

::: {lang=fr}
Une phrase[@jones-2021].

- un mot[^c]

> [a word[^d]]{lang=en-NZ}
:::

[^a]: Eine Notiz mit [an English word]{lang=en-NZ}.

[^b]: Kupu.

[^c]: Deux alinéas.

    - et une liste

[^d]: A note.
""",
    "a formula in another language": """\
# One {#sec-one}

[Kupu $\\alpha + \\beta$]{lang=mi} and [$x^2$]{lang=mi}.

::: {#sl-a .slide title="A"}
[Kupu $\\alpha + \\beta$]{lang=mi} and [$x^2$]{lang=mi}.
:::
""",
    "code in a heading": """\
# On `::: note` {#sec-one}

Words.

## And `[@key]{.abbr}` {#sec-two}

Words.
""",
    "an okina in a running head": """\
# The ʻokina of Hawaiʻi {#sec-one}

Words.
""",
    "tables that run on": f"""\
# One {{#sec-one}}

| Head [link](https://example.org) $x^2$ | Other |
|----|----|
{_ROWS}: Long {{#tbl-x}}

::: {{#sl-a .slide title="A"}}
Shown.

::: {{.notes time=10}}
| Said [there](https://example.org/a) | More |
|----|----|
{_ROWS}:::
:::
""",
    "two ids for one place": """\
# One {#sec-one}

[[NATO]{.abbr}]{#here} is [here](#here).[^a]

[^a]: [[Where]{#there} it begins]{#one-more}, see [there](#there).
""",
    "prose that two slides say": """\
# One {#sec-one}

Before [words]{#here}, see @fig-x and [here](#here).

![Caption](figures/x.svg){#fig-x alt="square"}

::: {#sl-a .slide title="A"}
five
:::

::: {#sl-b .slide title="B"}
![](#fig-x){.embed}
:::
""",
    "a head of two rows that a table repeats": f"""\
# One {{#sec-one}}

{_TWO_ROWS}
::: {{#sl-a .slide title="A"}}
Shown.

::: {{.notes time=10}}
{_TWO_ROWS}
:::
:::
""",
    "a definition of two paragraphs": """\
# One {#sec-one}

term
:   One.

    Two.

::: {#sl-a .slide title="A"}
term
:   Three.

    Four.

::: {.notes time=10}
term
:   Five.

    Six.
:::
:::
""",
    "a long term at the foot of a page": f"""\
# One {{#sec-one}}

{_PAGE}
A term of so many words that no column of the margin holds them in less than four lines of it
:   A definition.
""",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_was_a_fault_comes_through(fault: str, tmp_path: Path) -> None:
    """What an output once got wrong is in each of them as the manuscript has it."""
    book, styles, before = publication(make(tmp_path, FAULTS[fault]))
    editions = [(row, row.edition(book)) for row in ROWS]
    found = [finding for row, edition in editions if not isinstance(edition, Deck) or edition.slides
             for finding in row.check(row.write(edition, styles, before), edition)]
    assert [str(finding) for finding in found] == []


@pytest.mark.parametrize("name", ["pdf", "handout"])
def test_nothing_hides_among_decorations(name: str, tmp_path: Path) -> None:
    """Words that are painted as if they were a decoration intrude, and so does a decoration that is there again."""
    book, styles, before = publication(make(tmp_path, FAULTS["a decorative drawing with words"].replace(_DRAWN, "")))
    row = next(row for row in ROWS if row.name == name)
    edition = row.edition(book)
    artifact = row.write(edition, styles, before)
    file, content = next(iter(artifact.files.items()))
    for tag in ("/Span", "/Artifact"):
        spoilt = replace(artifact, files={file: mutants.pdf_decorated(content, tag)})
        assert {finding.code for finding in parity.check(spoilt, edition)} == {"NZ725"}


@pytest.mark.parametrize("name", ["pdf", "epub", "web"])
def test_a_note_is_marked_in_its_heading_alone(name: str, tmp_path: Path) -> None:
    """Outline, contents and titles repeat a heading without the mark, which would read as a number of its own."""
    book, styles, before = publication(make(tmp_path, FAULTS["notes in headings"]))
    row = next(row for row in ROWS if row.name == name)
    artifact = row.write(row.edition(book), styles, before)
    said = parity.READINGS[name].read(next(iter(artifact.files.values())))
    listed = [passage.text for passage in said if passage.path[:1] in (("doc-toc",), ("nav",), ("contents",))
              or passage.kind in ("outline", "ncx", "title")]

    assert {"One with a note", "Four of Smith: the rest", "1 Five in zwei words x"} <= set(listed)
    assert "One with a note1" in [passage.text for passage in said if passage.kind.startswith("heading")]
    assert [text for text in listed if any(c.isdigit() for c in text.removeprefix("1 Five"))] == []


def _findings(name: str, book: Book, styles: Styles, before: Made) -> tuple[Finding, ...]:
    row = next(row for row in ROWS if row.name == name)
    if any(project.check(book, row.output)):                # a heading that is all hidden there, or no slide
        return ()
    edition = row.edition(book)
    try:
        artifact = row.write(edition, styles, before)
    except CheckError:                  # more on a slide than fits in PowerPoint or the handout
        return ()
    return parity.check(artifact, edition)


MUTANTS = {"epub": mutants.epub, "revealjs": mutants.deck, "pdf": mutants.pdf, "pptx": mutants.pptx,
           "handout": mutants.pdf, "web": mutants.web}
COUNTS = {"epub": (60, 140), "revealjs": (60, 140), "pdf": (31, 155), "pptx": (60, 140),
          "handout": (31, 93), "web": (40, 140)}                          # of the flagship, of the small book


@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_the_gate_catches_every_mutant(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever is deleted, doubled, swapped, cut, changed, leaked or led astray in an output is found."""
    missed: list[str] = []
    for root, count in zip(PUBLICATIONS, COUNTS[name], strict=True):
        artifact, edition = written(root)[name]
        file, content = next(iter(artifact.files.items()))
        seeded = random.Random(20261123)  # noqa: S311 (no secret)
        for mutant in islice(MUTANTS[name](content, seeded), count):
            if not parity.check(replace(artifact, files={file: mutant.content}), edition):
                missed.append(mutant.what)
    total = sum(COUNTS[name])
    with capsys.disabled():
        print(f"\n{name}: mutants caught: {total - len(missed)} of {total}")  # noqa: T201 (the figure is asked for)
    assert missed == []


_PICTURES = """\
# One {#sec-one}

Word ![](figures/x.svg){.decorative} more ![](figures/words.svg){.decorative}.

![](figures/halo.svg){.decorative}

![alt](figures/halo.svg)

::: {#sl-a .slide title="A"}
![](figures/x.svg){.decorative} ![alt](figures/halo.svg)
:::
"""


@pytest.mark.parametrize("name", ["pdf", "handout"])
def test_the_gate_catches_every_fault_of_a_picture(name: str, tmp_path: Path) -> None:
    """A decorative picture that is lost, or there twice, is found, also without words, and so is another clip."""
    book, styles, before = publication(make(tmp_path, _PICTURES))
    row = next(row for row in ROWS if row.name == name)
    edition = row.edition(book)
    artifact = row.write(edition, styles, before)
    file, content = next(iter(artifact.files.items()))
    seeded = random.Random(20261123)  # noqa: S311 (no secret)
    made = list(islice(mutants.pdf(content, seeded, mutants.PICTURE_FAULTS), 12 * len(mutants.PICTURE_FAULTS)))

    assert parity.check(artifact, edition) == ()
    assert [m.what for m in made if not parity.check(replace(artifact, files={file: m.content}), edition)] == []


@pytest.mark.parametrize("fault", ["lists and formulas in a quotation", "an item that begins with a list"])
def test_the_gate_knows_lists_and_quotations_in_powerpoint(fault: str, tmp_path: Path) -> None:
    """A number that a list begins with, its style, a bullet and an indent are part of what a paragraph says."""
    book, styles, before = publication(make(tmp_path, FAULTS[fault]))
    row = next(row for row in ROWS if row.name == "pptx")
    artifact, edition = row.write(row.edition(book), styles, before), row.edition(book)
    file, content = next(iter(artifact.files.items()))
    made = mutants.pptx(content, random.Random(20261123))  # noqa: S311 (no secret)
    faults = [mutant for mutant in islice(made, 300) if re.search("numbered a list|listed by|set out", mutant.what)]

    assert len(faults) > 40
    assert [m.what for m in faults if not parity.check(replace(artifact, files={file: m.content}), edition)] == []


@pytest.mark.parametrize(("kind", "line"), [("attribute", 20), ("comment", 20), ("paragraph", 10)])
def test_what_should_not_be_there_is_told_where_it_was_written(kind: str, line: int) -> None:
    """An attribute or comment is read before the block that bears it, and told at that; other words after the last."""
    before, bears = Passage("paragraph", "One", line=10), Passage("code", "Two", line=20)
    odd = Passage(kind, "onclick=x")
    assert [finding.where and finding.where.line for finding in parity.compare(
        [before, bears], [before, odd, bears], "EPUB", "manuscript/a.md")] == [line]
