"""The outside tools of tests and checks: found where they are, installed where that is allowed.

To `find` a tool changes nothing on the machine; to `ensure` it may. How a tool is found, and where it comes
from, is a row of TOOLS.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, get_args

from nzpub.errors import Finding, ToolError

Name = Literal["ace", "axe", "chromium", "epubcheck", "java", "maven", "npm", "pdftoppm", "playwright",
               "soffice", "verapdf"]
NAMES: tuple[Name, ...] = get_args(Name)

Command = tuple[str, ...]
"""A program and its first arguments; the caller's own arguments follow."""

ROOT = Path(__file__).resolve().parents[2]
"""The checkout: these are tools for working on it, so an installed copy of nzpub has no use for them."""

INSTALL_SECONDS = 1800
PROBE_SECONDS = 60

# Half the processor time of the defaults: runs this short never repay the optimising compiler.
JAVA_OPTIONS = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
VERAPDF_POM = ROOT / "requirements" / "verapdf.xml"
VERAPDF_SUMS = ROOT / "requirements" / "verapdf.sha256"
ACE_LOCK = ROOT / "requirements" / "ace" / "package-lock.json"


@dataclass(frozen=True, slots=True)
class Tool:
    """How one tool is found, which packages bring it, and what else can, if they do not.

    *fetch* runs once the tools in *needs* are there; *otherwise* is the advice where no package is known.
    """

    find: Callable[[], Command | None]
    debian: str = ""
    brew: str = ""
    needs: tuple[Name, ...] = ()
    fetch: Callable[[], None] | None = None
    otherwise: str = "install it and put it on the PATH"


def find(name: Name) -> Command | None:
    """Return the command that starts the tool, or None if this machine has none that works."""
    return TOOLS[name].find()


def ensure(name: Name) -> Command:
    """Return the command that starts the tool, installing it first if need be.

    Raises ToolError, saying what to do, if it is neither there nor to be had.
    """
    tool = TOOLS[name]
    if not tool.find():
        _install(tool.debian)
    if not tool.find():
        _fetch(tool)
    if command := tool.find():
        return command
    raise ToolError(missing(name))


def missing(name: Name) -> Finding:
    """Return the finding that the tool is missing, with the command that would bring it or what it needs."""
    tool = TOOLS[name]
    packages = {"apt-get": tool.debian, "brew": tool.brew}
    before = {"apt-get": "sudo apt-get install -y", "brew": "brew install"}
    hints = (
        *(missing(need).hint for need in tool.needs if not find(need)),
        *(f"run: {before[m]} {packages[m]}" for m in packages if packages[m] and shutil.which(m)),
        tool.otherwise,
    )
    return Finding("NZ901", "error", f"{name} is missing", hint=hints[0])


def _install(packages: str) -> None:
    """Install Debian or Ubuntu *packages* if that takes no password; `find` will say whether it worked."""
    administer = _administer()
    if not packages or administer is None or not shutil.which("apt-get"):
        return
    apt = (*administer, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300")
    install = (*apt, "install", "-y", "--no-install-recommends", *packages.split())
    if not _succeeds(install, INSTALL_SECONDS):  # the list of packages may be empty or stale
        _succeeds((*apt, "update"), INSTALL_SECONDS)
        _succeeds(install, INSTALL_SECONDS)


def _administer() -> Command | None:
    """Return what to put before a command that changes the system, or None if that is not ours to do."""
    if os.geteuid() == 0:
        return ()
    return ("sudo", "-n") if _succeeds(("sudo", "-n", "true")) else None


def _fetch(tool: Tool) -> None:
    for need in tool.needs:
        ensure(need)
    if tool.fetch:
        tool.fetch()


def _succeeds(command: Command, seconds: float = PROBE_SECONDS) -> bool:
    """Tell whether *command* starts, and ends well in time."""
    try:
        return not subprocess.run(command, capture_output=True, timeout=seconds, check=False).returncode
    except (OSError, subprocess.TimeoutExpired):
        return False


def _first(candidates: Iterable[str | None], probe: str) -> Command | None:
    """Return the first program that answers *probe*.

    Being there is not enough: macOS has a `java` that says where to get one, a browser may lack libraries.
    """
    programs = (shutil.which(candidate) for candidate in candidates if candidate)
    return next(((program,) for program in programs if program and _succeeds((program, probe))), None)


def _chromium() -> Command | None:
    candidates = (
        os.environ.get("CHROMIUM"),
        *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    )
    unconfined = (candidate for candidate in candidates if candidate and not _is_snap(candidate))
    return _first(unconfined, "--version") or _first((_playwright_chromium(),), "--version")


def _is_snap(candidate: str) -> bool:
    """Tell whether this is Ubuntu's confined browser, which sees neither /tmp nor hidden folders."""
    program = shutil.which(candidate)
    if not program:
        return False
    with Path(program).open("rb") as file:
        return Path(program).resolve().name == "snap" or b"/snap/" in file.read(4096)


def _playwright_chromium() -> str | None:
    """Return where Playwright would keep its own Chromium (its own answer: the folder differs by system)."""
    script = (
        "from playwright.sync_api import sync_playwright as start\n"
        "with start() as playwright: print(playwright.chromium.executable_path)"
    )
    answer = subprocess.run((sys.executable, "-c", script), capture_output=True, text=True, check=False)
    return answer.stdout.strip() or None


def _fetch_chromium() -> None:
    """Let Playwright fetch its Chromium: Ubuntu packages none but the snap."""
    libraries = () if _administer() is None else ("--with-deps",)
    _succeeds((sys.executable, "-m", "playwright", "install", *libraries, "chromium"), INSTALL_SECONDS)


def _java() -> Command | None:
    home = os.environ.get("JAVA_HOME")
    kegs = (f"{prefix}/opt/openjdk/bin/java" for prefix in ("/opt/homebrew", "/usr/local"))
    return _first((f"{home}/bin/java" if home else None, "java", *kegs), "-version")


def _soffice() -> Command | None:
    return _first(("soffice", "/Applications/LibreOffice.app/Contents/MacOS/soffice"), "--version")


def _epubcheck() -> Command | None:
    java, package = find("java"), find_spec("epubcheck")
    if not (java and package and package.origin):
        return None
    return (*java, *JAVA_OPTIONS, "-jar", str(Path(package.origin).with_name("epubcheck.jar")))


def _ace() -> Command | None:
    """Return Ace with the browser that it is to drive: it would download one of its own."""
    program, browser = _ace_folder() / "node_modules" / ".bin" / "ace-cli", find("chromium")
    if not (program.is_file() and browser):
        return None
    return ("env", f"PUPPETEER_EXECUTABLE_PATH={browser[0]}", str(program))


def _axe() -> Command | None:
    """Return the browser for axe-core, which the test requirements bring with Playwright."""
    return find("chromium") if find_spec("axe_playwright_python") else None


def _playwright() -> Command | None:
    """Return a browser that Playwright, of the test requirements, can drive."""
    return find("chromium") if find_spec("playwright") else None


def _ace_folder() -> Path:
    """Return the folder for exactly the packages that are pinned today."""
    return ROOT / ".tools" / f"ace-{sha256(ACE_LOCK.read_bytes()).hexdigest()[:12]}"


def _fetch_ace() -> None:
    """Install Ace through npm, by its lock file: whole, every checksum right, or not at all."""
    folder = _ace_folder()
    folder.parent.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=folder.parent) as name:
        partial = Path(shutil.copytree(ACE_LOCK.parent, Path(name) / folder.name))
        # No scripts: puppeteer's would download a browser.
        if _succeeds((*ensure("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(partial)),
                     INSTALL_SECONDS):
            partial.rename(folder)


def _verapdf() -> Command | None:
    if command := _first(("verapdf",), "--version"):
        return command
    java, jars = find("java"), _verapdf_jars()
    if not (java and jars.is_dir()):
        return None
    return (*java, *JAVA_OPTIONS, "-cp", f"{jars}/*", "org.verapdf.apps.GreenfieldCliWrapper")


def _verapdf_jars() -> Path:
    """Return the folder for exactly the jars that are pinned today."""
    return ROOT / ".tools" / f"verapdf-{sha256(VERAPDF_SUMS.read_bytes()).hexdigest()[:12]}"


def _fetch_verapdf() -> None:
    """Fill the folder of veraPDF's jars through Maven: whole, every checksum right, or not at all."""
    jars = _verapdf_jars()
    jars.parent.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=jars.parent) as folder:
        partial = Path(folder) / jars.name
        maven = (*ensure("maven"), "-B", "-q", "--strict-checksums", "-f", str(VERAPDF_POM))
        copy = (*maven, "dependency:copy-dependencies", f"-DoutputDirectory={partial}")
        if _succeeds(copy, INSTALL_SECONDS):
            _require_pinned(partial)
            partial.rename(jars)


def _require_pinned(folder: Path) -> None:
    """Raise ToolError unless *folder* holds exactly the files that are pinned."""
    lines = (line.split() for line in VERAPDF_SUMS.read_text("ascii").splitlines())
    pinned = {(name, digest) for digest, name in lines}
    found = {(path.name, sha256(path.read_bytes()).hexdigest()) for path in folder.iterdir()}
    if wrong := sorted({name for name, _ in found ^ pinned}):
        raise ToolError(Finding("NZ902", "error", f"not what {VERAPDF_SUMS.name} pins: {', '.join(wrong)}",
                                hint="take these files out of Maven's local repository and try again"))


TOOLS: Mapping[Name, Tool] = {
    "ace": Tool(_ace, needs=("npm", "chromium"), fetch=_fetch_ace, otherwise="`./inv test` fetches it by npm"),
    "axe": Tool(_axe, needs=("chromium",), otherwise="run: pip install -r requirements/test.txt"),
    "chromium": Tool(_chromium, "chromium", "--cask google-chrome", fetch=_fetch_chromium,
                     otherwise="install Chromium or Chrome, or name one in CHROMIUM"),
    "epubcheck": Tool(_epubcheck, needs=("java",), otherwise="run: pip install -r requirements/test.txt"),
    "java": Tool(_java, "default-jre-headless", "openjdk"),
    "maven": Tool(lambda: _first(("mvn",), "--version"), "maven", "maven"),
    "npm": Tool(lambda: _first(("npm",), "--version"), "npm", "node"),
    "pdftoppm": Tool(lambda: _first(("pdftoppm",), "-v"), "poppler-utils", "poppler"),
    "playwright": Tool(_playwright, needs=("chromium",), otherwise="run: pip install -r requirements/test.txt"),
    "soffice": Tool(_soffice, "libreoffice-impress", "--cask libreoffice"),
    "verapdf": Tool(_verapdf, needs=("java", "maven"), fetch=_fetch_verapdf,
                    otherwise="`./inv test` fetches it by Maven; or put a verapdf of your own on the PATH"),
}
