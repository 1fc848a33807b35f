"""The formats that a report can come in: one module each, with a function `read` that gives a page.

`floodmark.intake.reading` tells which one a document has. Readers may meet any bytes; what they raise is
turned into words there.
"""
