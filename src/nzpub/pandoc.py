"""The only module that starts Pandoc: the binary that pypandoc ships, with limits of time and memory.

pypandoc's own ``convert_*`` has neither a time limit nor ``--sandbox``, so its binary is called here.
"""

from __future__ import annotations

import functools
import json
import re
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pypandoc

from nzpub.errors import Finding, ToolError
from nzpub.tree import Node, div, para, rewrite

# Native divs and spans off: raw HTML then stays raw HTML in the tree, where it can be refused.
MARKDOWN = ("markdown-native_divs-native_spans-markdown_in_html_blocks-latex_macros-yaml_metadata_block"
            "-pandoc_title_block")

_BASE_SECONDS, _CHARACTERS_PER_SECOND = 20, 50_000     # an article takes 0.1 s, a long book about 2 s
_BASE_MEGABYTES, _CHARACTERS_PER_MEGABYTE = 512, 1_500
_OUT_OF_MEMORY = 251                                   # exit status of GHC's runtime, as -M documents
_LISTS = ("BulletList", "OrderedList", "DefinitionList")
_WARNING = re.compile(r"^\[WARNING\] (.*(?:\n(?!\[).*)*)", re.MULTILINE)


class Parsed(NamedTuple):
    """Blocks, and what Pandoc warned of while it read them."""

    blocks: tuple[Node, ...]
    warnings: tuple[str, ...]


class OverLimitError(ToolError):
    """Pandoc ran out of the time or memory that a text of this size is given."""


@functools.cache
def version() -> str:
    """Return Pandoc's version, such as "3.9"."""
    return str(pypandoc.get_pandoc_version())


@functools.cache
def api_version() -> tuple[int, ...]:
    """Return the version of the JSON tree that this Pandoc reads and writes."""
    return tuple(json.loads(_run(["-f", "markdown", "-t", "json"], "").out)["pandoc-api-version"])


def parse(markdown: str) -> Parsed:
    """Return the tree of *markdown* (Pandoc's own, without a metadata block).

    Raises OverLimitError if the text makes Pandoc exceed its limits.
    """
    result = _run(["-f", MARKDOWN, "-t", "json"], markdown)
    return Parsed(tuple(json.loads(result.out)["blocks"]), result.warnings)


def cite(blocks: Iterable[Node], references: Sequence[Mapping[str, object]], style: Path, lang: str) -> Parsed:
    """Return *blocks* with citations resolved by citeproc, and the bibliography as a last div ``refs``.

    *references* are CSL JSON, *style* a CSL file, *lang* a BCP 47 tag.
    """
    with tempfile.TemporaryDirectory(prefix="nzpub-") as folder:
        bibliography = Path(folder) / "references.json"
        bibliography.write_text(json.dumps(list(references)), encoding="utf-8")
        arguments = ["-f", "json", "-t", "json", "--citeproc", f"--bibliography={bibliography}", f"--csl={style}"]
        result = _run(arguments, _document(blocks, {"lang": {"t": "MetaString", "c": lang}}))
    return Parsed(tuple(json.loads(result.out)["blocks"]), result.warnings)


def render(blocks: Iterable[Node], to: str, *options: str, meta: Mapping[str, Any] | None = None) -> str:
    """Return *blocks* written in the text format *to*, such as "html5".

    Raises ToolError if Pandoc warns: our own tree should give it no reason.
    """
    document = _document(_quoted(rewrite(blocks, _apart), to), meta or {})
    result = _run(["-f", "json", "-t", to, "--wrap=none", *options], document)
    if result.warnings:
        raise ToolError(Finding("NZ902", "error", f"Pandoc warned while it wrote {to}: {'; '.join(result.warnings)}"))
    return result.out.decode()


def unreadable(formulas: Sequence[str]) -> dict[str, str]:
    """Return those of the TeX *formulas* that Pandoc cannot read, each with its reason."""
    paragraphs = [para([{"t": "Math", "c": [{"t": "InlineMath"}, tex]}]) for tex in formulas]
    result = _run(["-f", "json", "-t", "html5", "--mathml"], _document(paragraphs, {}))
    written = result.out.decode().split("<p>")[1:]
    failed = [tex for tex, html in zip(formulas, written, strict=True) if "<math" not in html]
    reasons = (warning.rpartition(" unexpected ")[2].split(" expecting ")[0] for warning in result.warnings)
    return {tex: f"unexpected {reason}" for tex, reason in zip(failed, reasons, strict=True)}


def render_file(blocks: Iterable[Node], to: str, files: Mapping[str, bytes], *options: str,
                meta: Mapping[str, Any] | None = None) -> bytes:
    """Return *blocks* written in the binary format *to*, such as "pptx".

    Pandoc runs in an empty folder that holds *files* only (by relative path): ``--sandbox`` would
    keep it from reading the images that it has to embed.
    """
    with tempfile.TemporaryDirectory(prefix="nzpub-") as name:
        folder = Path(name)
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        target = folder / f"nzpub-output.{to}"
        arguments = ["-f", "json", "-t", to, "-o", str(target), *options]
        result = _run(arguments, _document(blocks, meta or {}), folder=folder, sandbox=False)
        if result.warnings:
            raise ToolError(Finding("NZ902", "error", f"Pandoc warned while it wrote {to}: "
                                                      f"{'; '.join(result.warnings)}"))
        return target.read_bytes()


def data_file(name: str) -> bytes:
    """Return one of Pandoc's own data files, such as "reference.pptx"."""
    return _run([f"--print-default-data-file={name}"], "").out


class _Result(NamedTuple):
    out: bytes
    warnings: tuple[str, ...]


def _apart(node: Node) -> Sequence[Node]:
    """Make paragraphs of the plain texts of a definition that has several: Pandoc's HTML would run them together."""
    if node["t"] != "DefinitionList":
        return (node,)
    items = [[term, [_paragraphs(definition) for definition in definitions]] for term, definitions in node["c"]]
    return ({**node, "c": items},)


def _paragraphs(blocks: Sequence[Node]) -> list[Node]:
    several = sum(block["t"] == "Plain" for block in blocks) > 1
    return [{**block, "t": "Para"} if several and block["t"] == "Plain" else block for block in blocks]


def _quoted(blocks: Iterable[Node], to: str) -> tuple[Node, ...]:
    """Return *blocks* with a div around each list that is all of a quotation, if *to* is "revealjs".

    That writer takes such a quotation for a list that appears step by step, and for no quotation.
    """
    def visit(node: Node) -> Sequence[Node]:
        lists = [block["t"] in _LISTS for block in node["c"]] if node["t"] == "BlockQuote" else []
        return ({**node, "c": [div(node["c"])]} if lists == [True] else node,)
    return rewrite(blocks, visit) if to == "revealjs" else tuple(blocks)


def _document(blocks: Iterable[Node], meta: Mapping[str, Any]) -> str:
    return json.dumps({"pandoc-api-version": api_version(), "meta": meta, "blocks": list(blocks)})


def _run(arguments: Sequence[str], text: str, *, folder: Path | None = None, sandbox: bool = True) -> _Result:
    megabytes = _BASE_MEGABYTES + len(text) // _CHARACTERS_PER_MEGABYTE
    seconds = _BASE_SECONDS + len(text) // _CHARACTERS_PER_SECOND
    limits = ["+RTS", f"-M{megabytes}m", "-RTS"]
    try:
        command = [pypandoc.get_pandoc_path(), *limits, *(["--sandbox"] if sandbox else []), *arguments]
        done = subprocess.run(command, input=text.encode(), capture_output=True, check=False, timeout=seconds,
                              cwd=folder)
    except subprocess.TimeoutExpired as error:
        raise OverLimitError(Finding("NZ903", "error", f"Pandoc did not finish within {seconds} s")) from error
    except OSError as error:
        raise ToolError(Finding("NZ901", "error", f"Pandoc did not start: {error}",
                                hint="install it again: pip install --force-reinstall pypandoc_binary")) from error
    if done.returncode == _OUT_OF_MEMORY:
        raise OverLimitError(Finding("NZ903", "error", f"Pandoc needed more than {megabytes} MB"))
    messages = done.stderr.decode(errors="replace")
    if done.returncode:
        raise ToolError(Finding("NZ902", "error", f"Pandoc failed ({done.returncode}): {messages.strip()}"))
    return _Result(done.stdout, tuple(" ".join(w.split()) for w in _WARNING.findall(messages)))
