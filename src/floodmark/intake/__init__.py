"""Published reports into claims: offline, by structure first and then by rules.

A claim without a quote that stands letter for letter in its document is rejected. Text is data: nothing in
a document changes how it is read.
"""
