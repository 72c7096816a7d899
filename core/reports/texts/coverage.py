"""The sentences of the regulation coverage report."""

TITLE = "Regulation coverage"
WHAT = "What each regulation pack asks of each model and what on record shows it, item by item for one model."
NO_PACKS = "No regulation pack applies."
COVERED, WANTING, NONE = "Nothing missing", "Something missing", "No packs"
STATEMENT = "{covered} of {applicable} are shown by the record or answered by a person."
CARDS = ("Models with packs", "Items that apply", "Shown or answered", "Missing or in part")
BY_PACK = "By pack"
BY_PACK_CAPTION = "Items over all models, the pack with most missing first"
BY_PACK_COLUMNS = ("Pack", "Models", "Shown", "Answered", "In part", "Missing", "Not applicable")
CHART = "Items missing or shown in part, by pack"
BY_MODEL = "By model"
BY_MODEL_CAPTION = "Models with packs, most missing first"
BY_MODEL_COLUMNS = ("Model", "Pack", "Shown", "Answered", "In part", "Missing")
ITEMS = "Items"
ITEMS_CAPTION = "{pack}: every item, in the order of the pack"
ITEMS_COLUMNS = ("Item", "Clause", "State", "Shown by", "Answer")
PACKS_ARE = (
    "Packs that ship are as this release reads them today; packs of the organisation and everything that shows an item "
    "are as they stood at the moment stated."
)
