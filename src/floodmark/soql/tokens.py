"""Text to tokens: where each word, string, number, date and sign stands; and queries out of URIs.

One regular expression, one pass. No part of it can be retried from an earlier place, so the time is in
proportion to the length whatever the text. Strings and numbers are only found here; what they say is
worked out where a value is read.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote_plus

from floodmark.soql.tree import Place

TEXT_LIMIT = 100_000
"""The platform's own limit for a statement; what lies behind it is not read."""

_TOKEN = re.compile(
    r"""
      (?P<string>    '(?:[^'\\]|\\.)*+' )
    | (?P<open>      ' .*+ )                                # no closing quote: the rest of the text
    | (?P<moment>    \d{4}-\d{2}-\d{2} T \d{2}:\d{2} (?: :\d{2} (?: \.\d++ )? )?
                     (?: Z | [+\-\ ]\d{2}:?\d{2} )? )       # a blank stands for a lost plus sign
    | (?P<day>       \d{4}-\d{2}-\d{2} )
    | (?P<time>      \d{1,2}:\d{2} (?: :\d{2} (?: \.\d++ )? )? Z? )
    | (?P<number>    [+\-]? (?: \d++ (?: \.\d*+ )? | \.\d++ ) (?: E [+\-]? \d++ )? )
    | (?P<currency>  [A-Z]{3} (?: [+\-]\d++ (?: \.\d++ )? | \d++\.\d++ ) )
    | (?P<word>      [A-Z_][A-Z0-9_]*+ )
    | (?P<bind>      :\s* [A-Z_][A-Z0-9_]*+
                     (?: \.[A-Z_][A-Z0-9_]*+ | \([^()']*+\) | \[[^\[\]']*+\] )*+ )
    | (?P<sign>      <= | >= | != | <> | [=<>] )
    | (?P<mark>      [(),.:] )
    | (?P<unknown>   \S )
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE | re.ASCII,
)


class Token(NamedTuple):
    """One token: its kind, its text as written, the same in lower case, and where it stands.

    Kinds: string, open (a string without an end), moment, day, time, number, currency, word, bind, sign
    (of a comparison), mark, unknown; the last token is `end`, or `limit` where the text goes on.
    """

    kind: str
    text: str
    low: str
    at: Place


def tokenise(text: str) -> list[Token]:
    """Return the tokens of the first 100,000 characters, in order; the last one says how the text ends.

    A token that touches the limit may be the beginning of a longer one, and is left out.

    >>> [token.text for token in tokenise("SELECT Id FROM a.b")]
    ['SELECT', 'Id', 'FROM', 'a', '.', 'b', '']
    """
    found = [_token(match) for match in _TOKEN.finditer(text, 0, TEXT_LIMIT)]
    end = min(len(text), TEXT_LIMIT)
    over = len(text) > TEXT_LIMIT
    if over and found and found[-1].at[1] == end:
        del found[-1]
    return [*found, Token("limit" if over else "end", "", "", (end, end))]


def _token(match: re.Match[str]) -> Token:
    """Return the token of one match."""
    text = match[0]
    return Token(match.lastgroup or "unknown", text, text.lower(), match.span())


# --- queries out of URIs -----------------------------------------------------------------------------

_PARAMETER = re.compile(r"(?:\A|\A\S*?[?&])q=", re.IGNORECASE)
_ENCODED = re.compile(r"(?:\+|%(?:20|0[9AD]))*+SELECT(?:\+|%[0-9A-F]{2})", re.IGNORECASE)
_BLANK = re.compile(r"\s")
_TO_NEXT_PARAMETER = re.compile(r"(?:'(?:[^'\\]|\\.)*+(?:'|\\?\Z)|[^&'])*+", re.DOTALL)


def decoded(text: str) -> str:
    """Return the query in plain characters; never raises.

    A query needs blanks between its words, and an encoded one has none left. So it is the blanks that
    decide, before anything is decoded:

    - a parameter `q=`, at the beginning or after `?` or `&` with no blank before it: its value, up to the
      next `&`. Without a blank it is decoded, `+` and `%20` both being blanks; with one it has been
      decoded already (an `&` inside a string is then part of it);
    - text without a blank that begins with SELECT and `+` or a percent code: decoded;
    - anything else comes back as it is, with every `+` and `%` in it.

    >>> decoded("/services/data/v58.0/query?q=SELECT+Id+FROM+Account&x=1")
    'SELECT Id FROM Account'
    >>> decoded("SELECT Id FROM Account WHERE Name LIKE '%a+b%'")
    "SELECT Id FROM Account WHERE Name LIKE '%a+b%'"
    """
    if _ENCODED.match(text):
        return text if _BLANK.search(text) else unquote_plus(text)
    found = _PARAMETER.match(text)
    return _parameter(text[found.end() :]) if found else text


def _parameter(rest: str) -> str:
    """Return the value of a parameter, given what follows its equals sign."""
    value, _, _ = rest.partition("&")
    if not _BLANK.search(value):
        return unquote_plus(value)
    whole = _TO_NEXT_PARAMETER.match(rest)
    return whole[0] if whole else rest
