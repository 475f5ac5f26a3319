"""
The sentences of pages and mails: all are in web/text/, and the build (by
tools/texts) fails where they and their users disagree.
"""

from __future__ import annotations

import html.parser
import re
import subprocess
from pathlib import Path

import pytest

from harness.daemon import ROOT

ENGLISH = ROOT / "web/text/en"
OTHERS = [file for file in sorted(ROOT.glob("web/text/*")) if file != ENGLISH]
TEMPLATES = sorted([*ROOT.glob("web/page/*.html"), ROOT / "web/mail.html",
                    ROOT / "web/mail.txt"])
PROGRAMS = sorted([*ROOT.glob("src/page/*.c"), ROOT / "src/mail/words.c",
                   ROOT / "src/core/when.c", ROOT / "src/base/text.c",
                   ROOT / "src/core/language.c"])


def texts(tmp_path: Path, languages: dict[str, str],
          users: list[Path] | None = None) -> subprocess.CompletedProcess[str]:
    """tools/texts for these languages, the first one the measure."""
    files = []
    for tag, text in languages.items():
        files.append(tmp_path / tag)
        files[-1].write_text(text)
    return subprocess.run(
        [ROOT / "tools/texts", tmp_path / "texts.c", "--languages", *files,
         "--users", *(users or TEMPLATES + PROGRAMS)],
        capture_output=True, text=True)


def refused(done: subprocess.CompletedProcess[str], reason: str) -> None:
    assert done.returncode == 1
    assert reason in done.stderr and done.stderr.count("\n") == 1


def test_the_sentences_and_their_users_agree(tmp_path: Path) -> None:
    done = texts(tmp_path, {
        "en": ENGLISH.read_text(),
        **{file.name: file.read_text() for file in OTHERS}})
    assert (done.returncode, done.stderr) == (0, "")


def pseudo(text: str) -> str:
    """Another language of one plural, with the same keys and places."""
    lines: list[str] = []
    for line in re.sub(r"\n\t", " ", text).splitlines():
        key, equals, sentence = line.partition(" = ")
        if "{n}" in sentence:
            sentence = sentence.split(" | ")[0]
        sentence = re.sub(r"[aeiou](?![^{]*\})", "\u00fc", sentence)
        lines.append(key + equals + sentence if key != "language.plural"
                     else "language.plural = none")
    return "\n".join(lines) + "\n"


def test_a_second_language_is_one_more_file(tmp_path: Path) -> None:
    english = ENGLISH.read_text()
    done = texts(tmp_path, {"en": english, "xx": pseudo(english)})
    assert (done.returncode, done.stderr) == (0, "")
    program = tmp_path / "count.c"
    program.write_text('#include "base/base.h"\n#include "core/language.h"\n'
                       "int main(void) { return language_count == 2 && "
                       'strcmp(languages[1].tag, "xx") == 0 && '
                       "languages[0].count == languages[1].count ? 0 : 1; }")
    subprocess.run(["gcc", "-std=gnu17", "-D_GNU_SOURCE", f"-I{ROOT / 'src'}",
                    "-o", tmp_path / "count", program, tmp_path / "texts.c"],
                   check=True)
    subprocess.run([tmp_path / "count"], check=True)


@pytest.mark.parametrize("find, replace, reason", [
    (r"accepted\.next = .*\n", "", "accepted.next is missing"),
    (r"\Z", "more.words = More\n", "more.words is in no other language"),
    (r"\{organization\}", "{organisation}", "has other {places}"),
    (r"^(span\.days = \S+ \S+).*", r"\1", "span.days has 1 forms, not 2"),
    (r"\| Nov", "", "date.months has 11 forms, not 12"),
    (r"^language\.plural = .*", "language.plural = two",
     "language.plural is none of"),
    (r"^code\.title = ", "code.title=", "not 'key = sentence'"),
    (r"^(code\.title = .*)$", r"\1\n\1", "code.title is there already"),
    (r"^(code\.title = .*)$", r"\1 {", "code.title: a brace that is no"),
])
def test_what_another_language_lacks_fails_the_build(
        tmp_path: Path, find: str, replace: str, reason: str) -> None:
    english = ENGLISH.read_text()
    other, count = re.subn(find, replace, english, count=1, flags=re.M)
    assert count == 1
    done = texts(tmp_path, {"en": english, "xx": other})
    assert done.returncode == 1 and reason in done.stderr


@pytest.mark.parametrize("name, user, reason", [
    ("a.html", "{{=hello}} {{=hallo}}", "there is no sentence hallo"),
    ("a.html", "{{'hello}} {{'hallo}}", "there is no sentence hallo"),
    ("a.c", 'TEXT("hello") TEXT("hallo") "name"', "there is no sentence hallo"),
    ("a.c", '"hello" "name"', "nobody uses hello"),
    ("a.html", "{{=@hello}}", "nobody uses hello"),
    ("a.c", 'TEXT("hello") "nome"', "hello: nobody gives a value {name}"),
])
def test_what_the_program_misspells_fails_the_build(
        tmp_path: Path, name: str, user: str, reason: str) -> None:
    english = ("language.plural = one\nhello = Hello {name}\n")
    others = tmp_path / "others.c"
    others.write_text('TEXT("language.plural")' +
                      (' "name"' if name.endswith(".html") else ""))
    path = tmp_path / name
    path.write_text(user)
    refused(texts(tmp_path, {"en": english}, [path, others]), reason)


class Words(html.parser.HTMLParser):
    """What a template says by itself, to eyes and to screen readers."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.within: list[str] = []
        self.found: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str,
                        attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("style", "code"):
            self.within.append(tag)
        self.found += [str(value) for name, value in attrs
                       if name in ("title", "alt", "placeholder", "aria-label")]

    def handle_endtag(self, tag: str) -> None:
        if self.within and tag == self.within[-1]:
            self.within.pop()

    def handle_data(self, data: str) -> None:
        if not self.within:
            self.found.append(data)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_sentence(template: Path) -> None:
    filled = re.sub(r"\{\{.*?\}\}", "", template.read_text(), flags=re.S)
    said = [words for words in Words(filled).found
            if re.search(r"[A-Za-z]{2}", words)]
    assert said == []


@pytest.mark.parametrize("program", PROGRAMS + [ROOT / "web/assets/accept.js"],
                         ids=lambda path: path.name)
def test_programs_hold_no_sentence(program: Path) -> None:
    code = re.sub(r"/\*.*?\*/|//[^\n]*", "", program.read_text(), flags=re.S)
    strings = re.findall(r'"((?:[^"\\\n]|\\.)*)"' if program.suffix == ".c"
                         else r"'((?:[^'\\\n]|\\.)*)'", code)
    assert [text for text in strings
            if re.match(r"[A-Z].*\w [a-z]", text)] == []


def test_each_file_is_built_and_named_where_languages_are_named() -> None:
    tags = [ENGLISH.name, *(file.name for file in OTHERS)]
    for path in ("web/meson.build", "src/conf/settings.c", "doc/settings.md",
                 "doc/invited.8", "doc/invite.1", "api/openapi.yaml",
                 "cli/create.c", "cli/organization.c"):
        text = (ROOT / path).read_text()
        for tag in tags:
            assert re.search(rf"\b{tag}\b", text), (path, tag)


def test_a_direction_is_one_of_two(tmp_path: Path) -> None:
    text = ENGLISH.read_text().replace("language.direction = ltr",
                                       "language.direction = up")
    refused(texts(tmp_path, {"en": text}),
            "language.direction is neither ltr nor rtl")
