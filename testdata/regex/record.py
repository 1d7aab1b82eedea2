#!/usr/bin/env python3
"""Asks RE2 itself and writes down its answers: re2.jsonl.

    python3 -m venv v && v/bin/pip install google-re2 && v/bin/python record.py

The same seed gives the same patterns. See README.md for the fields.
"""
import json
import random
import re
from pathlib import Path

import re2

SEED = 20251105
COUNTS = {"path": 1400, "long": 500, "signs": 1000, "nested": 1300}
R = random.Random(SEED)
OPTIONS = re2.Options()
OPTIONS.log_errors = False

WORDS = """api v1 v2 users foo bar baz static health admin images assets orders cart auth login docs internal
public graphql ab abc abd x""".split()
METHODS = "GET POST PUT PATCH DELETE HEAD OPTIONS".split()
AGENTS = "Android iPhone iPad Mobile Chrome Firefox curl bot Googlebot".split()


def word():
    return R.choice(WORDS)


def some(words, least, most):
    return "|".join(R.sample(words, R.randint(least, most)))


def segment():
    fixed = ["[0-9]+", r"\d+", "[^/]+", "[^/]*", ".*", ".+", "[a-z0-9-]+", "[A-Za-z0-9_]+", r"\w+", "v[0-9]+",
             "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}", "([^/]*)", r"[\w.-]+", "[a-z]{2}(-[A-Z]{2})?", ".*?", r"\S+",
             "[abc]+", "[a-z]+", "[^?#]+", r"[\w\-]+", "[a-zA-Z0-9_.~-]+"]
    made = [f"({some(WORDS, 1, 7)})", f"(?:{some(WORDS, 2, 6)})", "[0-9a-f]{%d}" % R.randint(1, 36),
            f"(?P<{word()}>[^/]+)", word() + "?", word() + r"\." + word(), f"({word()})?",
            r"\d{%d,%d}" % (R.randint(0, 3), R.randint(3, 9))]
    return R.choice([word(), word(), R.choice(fixed), R.choice(made)])


def path():
    kind = R.random()
    if kind < 0.6:
        start = R.choice(["", "", "^", "(?i)"])
        ends = ["", "", "/", "/?", "$", "(/.*)?", "/.*", ".*", r"(\?.*)?", r"\.(js|css|png|jpg)", "(/|$)"]
        return start + "".join("/" + segment() for _ in range(R.randint(1, 5))) + R.choice(ends)
    if kind < 0.8:
        return (R.choice(["", "^", "(?i)"])
                + R.choice([".*", "[^.]+", "[a-z0-9-]+", "(.+)", "(www|api|m)", r"(www\.)?"])
                + R.choice([r"\.", "[.]", "."]) + R.choice(["example", "shop", "(foo|bar)", "[a-z]+"])
                + R.choice([r"\.", "[.]"]) + R.choice(["com", "(com|org|net)", r"co\.uk", "io"])
                + R.choice(["", "(:[0-9]+)?", r"(:\d{1,5})?", "$", ":8080"]))
    return R.choice([some(METHODS, 1, 6), f".*{word()}.*", f"(?i)(.*){word()}(.*)", "Bearer [A-Za-z0-9._-]+",
                     "application/(json|xml)(;.*)?", f"^({some(WORDS, 2, 8)})$", f".*({some(AGENTS, 2, 6)}).*",
                     rf"[^;]*;?\s*{word()}=(\w+)", r"\d+\.\d+(\.\d+)?(-\w+)?", f"(?i:{word()})", f"({word()}|)"])


def long():
    """Around and above the 200 instructions that Envoy allows."""
    kind = R.random()
    if kind < 0.5:
        return R.choice(["", "^", "(?i)"]) + "".join("/" + segment() for _ in range(R.randint(8, 22)))
    if kind < 0.7:
        words = sorted({word() + R.choice(["", "-", "/", "s", word()]) + str(R.randint(0, 40)) for _ in range(R.randint(15, 70))})
        return "/(" + "|".join(words) + ")" + R.choice(["", "/.*", "(/.*)?"])
    if kind < 0.85:
        return "/" + R.choice(["[^/]", r"\w", ".", "[a-z]", "(?:ab|c)", r"[^\s]"]) + "{%d,%d}" % (R.randint(0, 9), R.randint(10, 120))
    return "".join(R.choice(["[^/]+/", ".*", r"\W", "é", "[^a-z]", "(a|b)"]) + word() for _ in range(R.randint(6, 22)))


SIGNS = r"""a b c k s ab aa . \d \w \W \S \s \D [a-c] [^a] [ab] [Aa] [Kk] ^ $ \b \B \A \z \C é [é-ü] 日 [一-龥]
\x{10FFFF} [\x{80}-\x{10ffff}] [^é] (?i) (?s) (?m) (?U) (?-i) (?-s) \pN \p{Greek} \PL \p{Lu} \P{Han} \Q.*\E \101 \x41
[[:alpha:]] [[:^digit:]] [^[:space:]] \. \/ - []a] [\d-] { } a{2 ( ( ( ) ) ) | | | * + ? *? +? ?? {2} {0,3} {2,}
{1,2}? {0} (?: (?P<n> (?i: (?s-i: 1 _ / ſ K ß Σ [^\x00-\x{10FFFF}] [\x00-\x{10FFFF}] [&&b] [a-b-c] \Q \E [ \ \p{^L}
(?<m> \pX [z-a] \8 \x{d800} [\x{d000}-\x{e000}] a|b ab|ac (a|b) (|a) (?:) ()""".split()
LEAVES = r"""a b c d k S ab abc abd . [ab] [^a] \d \w x / é [à-ö] ^ $ \b (?s:.) (?i:a) (?i:ab) (?i:k) [Aa] \C 0
(?:a|b) a* a+ a? [^/]+ .* aa a{2}""".split() + ["", ""]


def signs():
    return "".join(R.choice(SIGNS) for _ in range(R.randint(1, 9)))


def nested(depth=None):
    if depth is None:
        return R.choice(["", "^", "(?i)", "(?U)", "(?m)", "(?s)"]) + nested(R.randint(1, 4))
    if depth == 0:
        return R.choice(LEAVES)
    kind = R.randint(0, 9)
    if kind < 4:
        return "".join(nested(depth - 1) for _ in range(R.randint(2, 3)))
    if kind < 7:
        return "(?:" + "|".join(nested(depth - 1) for _ in range(R.randint(2, 4))) + ")"
    if kind < 8:
        return "(" + nested(depth - 1) + ")"
    operators = ["*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,3}", "{2,}", "{3}?", "{0,1}", "{1}", "{0}"]
    return "(?:" + nested(depth - 1) + ")" + R.choice(operators)


CHARACTERS = list("abcdkKsABx/01_ \n\t\x0b-.*éſ日ΣσςK")
TEXTS = """/api/v1 /api/v1/users /api/v2/users/12 /foo /foo/ /foo/bar /static/x.js /images/a.png /health / /API/V1
/users/abc-def /v1/x GET POST www.example.com api.example.com:8080 shop.foo.com application/json 1.2 a foo /0a/1f
/en-US/docs /cart?x=1 /cart/12345678-abcd""".split() + ["", "Bearer abc", "text Android foo"]


def resembling(pattern):
    """A text that the pattern may well match."""
    text = pattern.replace("(?i)", "")
    text = re.sub(r"\[[^\]]*\]|\\[dwS]|\.", lambda _: R.choice(["a", "1", "Z", "b2"]), text)
    text = re.sub(r"\(\?P<\w+>|\(\?:|\(\?i:", "(", text)
    for _ in range(4):
        text = re.sub(r"\(([^()]*)\)", lambda m: R.choice(m.group(1).split("|")), text)
    return re.sub(r"[\^$*+?]|\{[^}]*\}", "", text).replace("\\", "")


def candidates(pattern):
    for _ in range(12):
        yield "".join(R.choice(CHARACTERS) for _ in range(R.randint(0, 6)))
    yield from R.sample(TEXTS, 6)
    for _ in range(6):
        yield resembling(pattern)
    yield from ["", "a", "ab", "abc", "aa", "k", "ba"]


def matches(regex, text):
    data = text.encode()
    spans = regex.Match(re2._re2.RE2.Anchor.ANCHOR_BOTH, data, 0, len(data))
    return bool(spans) and tuple(spans[0]) != (-1, -1)


def row(pattern):
    regex = re2._re2.RE2(pattern.encode(), OPTIONS)
    if not regex.ok():
        return {"pattern": pattern, "error": regex.error().decode()}
    yes, no = [], []
    for text in dict.fromkeys(candidates(pattern)):
        found = yes if matches(regex, text) else no
        if len(found) < 2:
            found.append(text)
    return {"pattern": pattern, "size": regex.ProgramSize(), "groups": regex.NumberOfCapturingGroups(),
            "yes": yes, "no": no}


def main():
    here = Path(__file__).parent
    chosen = (here / "chosen.txt").read_text().splitlines()
    patterns = list(chosen)
    for make, count in ((path, COUNTS["path"]), (long, COUNTS["long"]), (signs, COUNTS["signs"]), (nested, COUNTS["nested"])):
        patterns += [make() for _ in range(count)]
    with open(here / "re2.jsonl", "w") as out:
        for pattern in dict.fromkeys(patterns):
            out.write(json.dumps(row(pattern), ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
