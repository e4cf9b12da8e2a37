"""From the manuscript's and the styles' folders to typed values; the only module that reads them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote

from nzpub import bitmap, doubts, drawing, limits, metadata, pandoc, references, sheets, trust
from nzpub.errors import Finding, ManuscriptError, Place, ToolError, nearest
from nzpub.fonts import faces
from nzpub.locate import locate
from nzpub.model import Book, Meta, Styles
from nzpub.references import References
from nzpub.tree import Attr, Node, attr, children, rewrite, strings, walk, with_attr

OUR_STYLES = Path(__file__).parents[2] / "styles"
_OURS = "nzpub/styles"            # what messages call the folder of our style sheets, where it is not the publication's
_INSTALLED_STYLES = Path(__file__).parent / "styles"     # where a wheel keeps them
_MAX_BYTES = 8_000_000            # a book of 100,000 words is 0.7 MB
_MAX_PICTURE_BYTES = 50_000_000
_MAX_TABLE_BYTES = 500_000
_MAX_JSON_BYTES = 5_000_000       # 5,000 references, or the outlines of a map
_LAST_SECOND = 4_102_444_800      # of 2099: a zip file cannot bear every later one
_COMMENT = re.compile(r"<!--(?:(?!-->).)*-->", re.DOTALL)
_OF_FIGURES = ("source", "long-desc", "chart", "data", "allow", "reason")
_MARKS = re.compile(r"[^\w\s.,]")
_FILE_NAME = re.compile(r"[\w+@,=()-][\w.+@,=()~-]*", re.ASCII)
_TOKEN = re.compile(r"(--[\w-]+)\s*:\s*([^;}]+)[;}]")


def read(folder: Path) -> Book:
    """Return the publication in *folder*: one Markdown file, its references, and the files it names.

    What is wrong with the metadata, the text and the references becomes the book's problems. Raises ManuscriptError
    with all that is known of what keeps it from being read: no or two manuscripts, bytes that are not UTF-8, no
    metadata, a text that Pandoc cannot finish.
    """
    path = _manuscript(folder)
    file = f"{folder.name}/{path.name}"
    source = _text(path, file)
    block, body = metadata.split(source, file)
    raw, problems = metadata.parse(block, file)
    sources = _references(folder, raw, file)
    try:
        _guard(source, file)
        parsed = _parse(body, file)
        abstract = _abstract(raw, source, file)
        blocks = rewrite(locate(parsed.blocks, body), _tidy)
        _refuse([*_by_number(blocks, file), *limits.check(blocks, file)])
    except ManuscriptError as error:
        raise ManuscriptError([*problems, *sources.findings, *error.findings]) from error
    files, missing = _files(folder, file, blocks)
    doubted = [*doubts.findings(parsed.warnings, file),
               *doubts.findings(abstract.warnings, file, _lines_of_abstract(raw, source))]
    # Of one with an entry that has no key, nobody knows which sources it lacks.
    unread = any(finding.code in ("NZ301", "NZ302", "NZ109", "NZ116") and finding.severity == "error"
                 for finding in sources.findings)
    unknown = raw.unknown.union(["bibliography"] if unread else [])
    return Book(_meta(raw, abstract.blocks, unknown), blocks, file, files, sources.entries, text=source,
                problems=(*problems, *sources.findings, *doubted, *missing), entries=sources.lines)


def size(folder: Path) -> int:
    """Return the bytes of the Markdown in *folder*, before anything is read; 0 if there is none."""
    return sum(path.stat().st_size for path in folder.glob("*.md") if path.is_file())


def _refuse(findings: Sequence[Finding]) -> None:
    """Raise ManuscriptError if there are *findings*: what follows could not bear them."""
    if findings:
        raise ManuscriptError(findings)


def read_styles(folder: Path, characters: str) -> Styles:
    """Return our style sheets and those of *folder*, with the faces they name for *characters*.

    A file of *folder* stands in the place of ours of that name, but for its ``tokens.css``, which is
    added to ours: a publication of its own colour sets one token.
    """
    _refuse_link(folder)
    ours = _sheets(_our_styles())
    own = _same(folder, _our_styles())
    theirs = _sheets(folder, ours) if folder.is_dir() and not own else {}
    _refuse([finding for name, sheet in theirs.items() if name.endswith(".css")
             for finding in sheets.check(sheet, f"styles/{name}")])
    files = ours | theirs | {"tokens.css": ours["tokens.css"] + theirs.get("tokens.css", "")}
    tokens = {name: value.strip() for name, value in _TOKEN.findall(files["tokens.css"])}
    read_ = {f"{'styles' if own else _OURS}/{name}": text for name, text in ours.items()
              if name not in theirs or name == "tokens.css"} | {f"styles/{name}": text for name, text in theirs.items()}
    return Styles(files, tokens, faces(tokens, characters),
                  {path: text for path, text in read_.items() if path.endswith(".css")})


def _sheets(folder: Path, names: Container[str] | None = None) -> dict[str, str]:
    """Return the style sheets and templates in *folder*, those of *names* alone if they are given."""
    _refuse_link(folder)
    paths = [path for path in sorted(folder.iterdir()) if path.suffix in (".css", ".html")
             and (names is None or path.name in names)]
    for path in paths:
        _refuse_link(path, folder)
    return {path.name: _text(path, f"{folder.name}/{path.name}") for path in paths if path.is_file()}


def _refuse_link(path: Path, folder: Path | None = None) -> None:
    """Raise ManuscriptError if *path*, a folder or a file of *folder*, is a link: it might lead anywhere."""
    if path.is_symlink():
        name = f"{path.name}/" if folder is None else f"{folder.name}/{path.name}"
        raise ManuscriptError(Finding("NZ100", "error", f"{name} is a symbolic link", Place(name),
                                      "put the real one in its place: only manuscript/ and styles/ are read"))


def _same(one: Path, other: Path) -> bool:
    return one.exists() and one.samefile(other)


def characters(book: Book) -> str:
    """Return every character that the publication may print, sorted."""
    tables = (content.decode(errors="ignore") for name, content in book.files.items() if name.endswith(".csv"))
    return "".join(sorted(set(book.text).union(json.dumps(book.references, ensure_ascii=False), *tables)))


def _our_styles() -> Path:
    return OUR_STYLES if OUR_STYLES.is_dir() else _INSTALLED_STYLES


def _manuscript(folder: Path) -> Path:
    _refuse_link(folder)
    found = sorted(folder.glob("*.md")) if folder.is_dir() else []
    for path in found:
        _refuse_link(path, folder)
    if len(found) == 1 and found[0].is_file() and found[0].name.isprintable():
        return found[0]
    names = ", ".join(path.name if path.name.isprintable() else repr(path.name) for path in found)
    none = "no Markdown file" if folder.is_dir() else "no such folder"
    what = (none if not found else f"more than one: {names}" if found[1:] else
            f"the name {names} cannot be printed" if found[0].is_file() else f"{names} is no file")
    raise ManuscriptError(Finding("NZ101", "error", f"no manuscript to read: {what}", Place(f"{folder.name}/"),
                                  f"put one file, such as article.md, into {folder.name}/"))


def _text(path: Path, file: str) -> str:
    """Return the text in *path*, which messages call *file*, unless it is too large to be one."""
    if (size_ := path.stat().st_size) > _MAX_BYTES:
        raise ManuscriptError(Finding("NZ103", "error", f"the file has {size_:,} bytes", Place(file),
                                      f"keep it under {_MAX_BYTES:,}"))
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ManuscriptError(Finding("NZ102", "error", f"byte {content[error.start]:#04x} is not UTF-8",
                                      Place(file, line), "save the file as UTF-8")) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if found := list(trust.characters(text, file)):
        raise ManuscriptError(found)
    return text


class _Limit(NamedTuple):
    """Nesting that makes Pandoc's time or memory explode (measured: 10 brackets 7 s, 12 over 20 s)."""

    what: str
    most: int


_BRACKETS = _Limit("brackets opened inside one another", 6)
_QUOTES = _Limit("block quotes inside one another", 20)
_INDENT = _Limit("columns of indentation", 120)


def _guard(source: str, file: str) -> None:
    """Refuse, cheaply and before Pandoc sees it, text whose nesting would hang it."""
    if nested := tuple(_nested(source, file)):
        raise ManuscriptError(nested)


def _nested(source: str, file: str) -> Iterator[Finding]:
    depth, fence = 0, ""
    for number, line in enumerate(source.split("\n"), 1):
        start = line.lstrip()
        mark = start[:3]
        if mark in ("```", "~~~") and fence in ("", mark):
            fence = "" if fence else mark
        if fence or not start:
            depth = 0
            continue
        depth, deepest = _bracket_depth(line, depth)
        quotes = len(re.match(r"[> \t]*", line).group().replace(" ", "").replace("\t", ""))  # type: ignore[union-attr]
        for limit, found in ((_BRACKETS, deepest), (_QUOTES, quotes), (_INDENT, len(line) - len(start))):
            if found > limit.most:
                depth = 0                   # told once, not for each line below it
                yield Finding("NZ104", "error", f"{found} {limit.what}", Place(file, number),
                              f"close or flatten them: {limit.most} is the most")


def _bracket_depth(line: str, depth: int) -> tuple[int, int]:
    """Return the depth of square brackets after *line*, and the greatest in it."""
    deepest = depth
    for match in re.finditer(r"\\.|[\[\]]", line):
        if match.group() == "[":
            depth += 1
            deepest = max(deepest, depth)
        elif match.group() == "]":
            depth = max(0, depth - 1)
    return depth, deepest


def _parse(text: str, file: str, line: int | None = None) -> pandoc.Parsed:
    """Return the tree of *text*, of which all stands in *line* if it is given."""
    try:
        return pandoc.parse(text)
    except pandoc.OverLimitError as error:
        raise ManuscriptError(Finding("NZ105", "error", f"{error.findings[0].message} on this text",
                                      Place(file, line or _thickest(text)),
                                      "look for deeply nested lists, quotes or brackets; what begins at this line has "
                                      "the most signs")) from error
    except RecursionError as error:
        what = "lists, quotes or divs are nested too deeply"
        raise ManuscriptError(Finding("NZ104", "error", what, Place(file, line), "flatten them")) from error


def _thickest(text: str) -> int:
    """Return the line at which the paragraph of *text* begins that has the most of what Pandoc may take for marks."""
    counted = [(len(_MARKS.findall(paragraph)), paragraph.count("\n") + 2) for paragraph in text.split("\n\n")]
    most = counted.index(max(counted))
    return sum(lines for _, lines in counted[:most]) + 1


def _by_number(blocks: Iterable[Node], file: str, line: int | None = None) -> Iterator[Finding]:
    """Yield a finding for each character that may not stand in a text and was written as ``&#1;``."""
    for node in blocks:
        here = node.get("line", line)
        if found := trust.forbidden("".join(strings(node.get("c")))):
            yield trust.character(found, Place(file, here))
        yield from _by_number(children(node), file, here)


def _tidy(node: Node) -> tuple[Node, ...]:
    """Drop the editor's comments, write paths plainly, and give a figure what Pandoc leaves on its image."""
    if node["t"] == "Image":
        return (_with_plain_paths(node),)
    if node["t"] in ("RawBlock", "RawInline") and _is_comment(*node["c"]):
        return ()
    if node["t"] != "Figure":
        return (node,)
    image = next((child for child in walk([node]) if child["t"] == "Image"), None)
    if image is None:
        return (node,)
    lifted = tuple(pair for pair in attr(image).keys if pair[0] in _OF_FIGURES)
    bare = rewrite([node], lambda n: (with_attr(n, attr(n).without(*_OF_FIGURES)),) if n["t"] == "Image" else (n,))
    return (with_attr(bare[0], Attr(attr(node).id, attr(node).classes, (*attr(node).keys, *lifted))),)


def _is_comment(form: str, words: str) -> bool:
    return form == "html" and bool(_COMMENT.fullmatch(words.strip()))


def _with_plain_paths(image: Node) -> Node:
    """Return *image* with its path and its table's as ``figures/x.svg``, where it has ``./figures//x.svg``."""
    keys = tuple((key, _plain_path(value) if key == "data" else value) for key, value in attr(image).keys)
    attributes, alt, (target, title) = with_attr(image, attr(image)._replace(keys=keys))["c"]
    return {**image, "c": [attributes, alt, [_plain_path(target), title]]}


def _plain_path(path: str) -> str:
    return str(PurePosixPath(path)) if path and ":" not in path else path


def _abstract(raw: metadata.RawMeta, source: str, file: str) -> pandoc.Parsed:
    if "abstract" not in raw.values:
        return pandoc.Parsed((), ())
    head = source.split("\n", raw.lines["abstract"] - 1)
    text = str(raw.values["abstract"])
    masked = "\n" * len(head[:-1]) + head[-1]
    parsed = _parse(text, file, raw.lines["abstract"])
    blocks = locate(parsed.blocks, masked)
    _refuse(list(limits.check(blocks, file)))
    return parsed._replace(blocks=blocks)


def _lines_of_abstract(raw: metadata.RawMeta, source: str) -> list[int]:
    """Return the line in *source* of each line of the abstract; YAML may have joined several, or left some out."""
    if "abstract" not in raw.values:
        return []
    lines, at, found = source.split("\n"), raw.lines["abstract"], []
    for words in str(raw.values["abstract"]).split("\n"):
        at = next((n for n in range(at, len(lines) + 1) if words.strip() and words.strip() in lines[n - 1]), at)
        found.append(at)
    return found


def _meta(raw: metadata.RawMeta, abstract: tuple[Node, ...], unknown: frozenset[str]) -> Meta:
    values = {name.replace("-", "_"): value for name, value in raw.values.items()}
    values["authors"] = values.pop("author")
    return Meta(**values | {"abstract": abstract, "lines": raw.lines, "modified": _moment(values["date"]),
                            "unknown": unknown})


def _moment(day: date) -> datetime:
    """Return the time that the outputs bear (UTC): see reproducible-builds.org on SOURCE_DATE_EPOCH."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    if not (epoch.isascii() and epoch.isdigit() and int(epoch[:11]) < _LAST_SECOND):
        raise ToolError(Finding("NZ906", "error", f"SOURCE_DATE_EPOCH is {epoch[:40]!r}",
                                hint="set it to seconds since 1970, before 2100, or unset it"))
    return datetime.fromtimestamp(int(epoch), UTC)


def _references(folder: Path, raw: metadata.RawMeta, file: str) -> References:
    """Return the bibliography that the metadata of *file* name; of one that cannot be read, what is wrong alone."""
    if "bibliography" not in raw.values:
        return References()
    name = raw.values["bibliography"]
    try:
        return references.parse(_bytes(folder, name, _MAX_JSON_BYTES), f"{folder.name}/{name}")
    except _UnreadableError as error:
        return References(findings=(Finding("NZ301", "error", f"the bibliography {error}",
                                            Place(file, raw.lines["bibliography"]),
                                            error.hint or "name a CSL JSON file beside the manuscript"),))
    except ManuscriptError as error:
        return References(findings=error.findings)


def _files(folder: Path, file: str, blocks: tuple[Node, ...]) -> tuple[dict[str, bytes], list[Finding]]:
    """Return the files that images and charts name, and a finding for each that may not or cannot be read.

    Of a picture it is what :func:`nzpub.drawing.plain` or :func:`nzpub.bitmap.plain` returns.
    """
    files: dict[str, bytes] = {}
    problems: list[Finding] = []
    every = {(named.path, named.shown): named for named in reversed([*_named(blocks)])}.values()
    for named in every:
        try:
            files[named.path] = _bytes(folder, named.path, named.most)
        except _UnreadableError as error:
            if named.drawn and isinstance(error, _MissingError):
                continue                # a chart's committed copy may be missing: the build draws it
            usual = "figures/map.svg" if named.shown else "data/map.csv"
            problems.append(Finding("NZ401", "error", f"the file “{unquote(named.path)}” {error}",
                                    Place(file, named.line),
                                    error.hint or f"name a file in the manuscript's folder, such as {usual}"))
    _refuse([*limits.pictures(blocks, files, file)])
    for named in every:
        if named.shown and named.path in files:
            problems += [_at_image(finding, named, Place(file, named.line))
                         for finding in trust.picture(files[named.path], f"{folder.name}/{named.path}")]
    files |= {named.path: _plain(files[named.path]) for named in every if named.shown and named.path in files}
    _refuse([] if problems else [*limits.drawings(blocks, files, file)])
    return files, problems


def _plain(picture: bytes) -> bytes:
    """Return *picture* with nothing in it but what is shown; as it is if it is damaged, which is told elsewhere."""
    try:
        return bitmap.plain(picture)
    except ValueError:
        return drawing.plain(picture)


def _at_image(finding: Finding, named: _Named, where: Place) -> Finding:
    """Return *finding*, which is about a picture, at the line that shows it if it has no line in the picture."""
    if finding.where is not None and finding.where.line is not None:
        return finding
    return replace(finding, where=where, message=f"“{named.path}”: {finding.message}")


class _Named(NamedTuple):
    """A file that an image or a chart names, where, its most bytes, and whether it is shown and the build draws it."""

    path: str
    line: int | None
    most: int
    shown: bool = False
    drawn: bool = False


def _named(blocks: tuple[Node, ...]) -> Iterator[_Named]:
    for node in walk(blocks):
        if node["t"] not in ("Figure", "Image"):
            continue
        images = [node] if node["t"] == "Image" else [n for n in walk([node]) if n["t"] == "Image"]
        line, drawn = node.get("line"), attr(node).get("chart") is not None
        targets = [image["c"][2][0] for image in images]
        yield from (_Named(target, line, _MAX_PICTURE_BYTES, shown=True, drawn=drawn) for target in targets
                    if not target.startswith("#"))
        if table := attr(node).get("data"):
            yield _Named(table, line, _MAX_TABLE_BYTES)
            if attr(node).get("chart") == "map" and PurePosixPath(table).name:
                yield _Named(str(PurePosixPath(table).with_suffix(".json")), line, _MAX_JSON_BYTES)


class _UnreadableError(Exception):
    """Why a file that the manuscript names is not read, as the end of a sentence, and what to do if that is known."""

    def __init__(self, why: str, hint: str = "") -> None:
        super().__init__(why)
        self.hint = hint


class _MissingError(_UnreadableError):
    """That it is not there."""


def _bytes(folder: Path, name: str, most: int) -> bytes:
    """Return the file *name* of *folder*, and of nowhere else.

    Raises _UnreadableError for an address, an absolute path, ``..``, a name that a system or an address may not have,
    a symbolic link, a missing file, one that may not be read, or one of more than *most* bytes.
    """
    pure = PurePosixPath(name)
    if "\\" in name:
        raise _UnreadableError("has a \\ in its name", "write / between a folder and what is in it")
    if ":" in name or pure.is_absolute() or ".." in pure.parts or not pure.parts:
        raise _UnreadableError("is outside the manuscript's folder")
    if not all(map(_FILE_NAME.fullmatch, pure.parts)):
        more = "a space" if " " in unquote(name) else "more than letters from a to z, digits, - and _"
        raise _UnreadableError(f"has {more} in its name", "give it a name of letters, digits and hyphens")
    path = folder / pure
    try:
        if any(step.is_symlink() for step in (path, *path.parents) if step.is_relative_to(folder) and step != folder):
            raise _UnreadableError("is a symbolic link")
        if not path.is_file():
            raise _MissingError("does not exist", _instead(folder, pure.name))
        if path.stat().st_size > most:
            raise _UnreadableError(f"has more than {most:,} bytes")
        return path.read_bytes()
    except OSError as error:
        raise _UnreadableError(f"cannot be read: {error.strerror}") from error


def _instead(folder: Path, name: str) -> str:
    """Return which file of *folder* was probably meant by one that is not there, as a hint; "" if none is near."""
    there = {file.name: file.relative_to(folder).as_posix() for file in sorted(folder.rglob("*")) if file.is_file()}
    near = there.get(nearest(name, there))
    return f"did you mean “{near}”?" if near else ""

