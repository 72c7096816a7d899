"""The words that are only in workbooks, CSV files and pages: lists of files, long texts, where the rest is."""

LEDGER_ENTRY = "ledger entry {entry}"
CONTENTS_COLUMNS = ("File", "Section", "Table", "Rows", "Note")
LONG_TEXTS = "Long texts"
LONG_TEXTS_COLUMNS = ("Cell", "Text, continued row by row")
CUT = "{beginning}… {length} characters; all of them are on the sheet {sheet}."
ELSEWHERE = "all are in the bundle, the workbook and the CSV of this report"
BESIDE = "all are in {path}"
MOVED = "{rows} rows, of which the first {shown} stand here; {where}."
IN_ATTACHED_FILE = "all are in the attached file {file}"
AS_DATA = "This report as data, in full precision"
TABLE_ROWS = "{caption}: {rows} rows"
SKIP = "To the report"
