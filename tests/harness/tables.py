"""
Tables of input that several tests share.
"""

# Names that people and projects have.
NAMES = [
    "A", "Analytical engine", "x" * 256, "名前", "Ωmega “quotes”",
    "<script>alert(1)</script>", "O'Neil \\ \"quoted\"", "می\u200cخواهم",
    "é" * 128, "👩‍🚀 Ada", "' OR 1=1 --", "{{name}} %s %n",
]

# Names that nobody has, and how each is refused.
BAD_NAMES = [
    ("", "string_below_min_length"),
    ("x" * 257, "string_above_max_length"),
    ("é" * 129, "string_above_max_length"),
    ("  ", "invalid_value"),
    ("a\nb", "invalid_value"),
    ("a\r\nBcc: eve@example.com", "invalid_value"),
    ("\x1b[31mred", "invalid_value"),
    ("a\x7fb", "invalid_value"),
    ("a\u0085b", "invalid_value"),
    ("a\u200db", "invalid_value"),
    ("Ada\u200b", "invalid_value"),
    ("\u202emoc.elpmaxe", "invalid_value"),
    ("a\u2066b", "invalid_value"),
    ("\u00a0", "invalid_value"),
    ("\u3000\u2800", "invalid_value"),
    ("a\ufffe", "invalid_value"),
    (None, "invalid_type"),
    (7, "invalid_type"),
    (True, "invalid_type"),
    (["A"], "invalid_type"),
    ({"A": 1}, "invalid_type"),
]
