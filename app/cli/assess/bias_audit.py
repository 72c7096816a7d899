"""`countersign assess bias-audit`: the tables of NYC Local Law 144, and whether published ones follow its formula."""

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.assess.reading import EXIT_CODES, FAILED, INSUFFICIENT, PASSED, answered, exit_code, plain, ratio, table_of

if TYPE_CHECKING:
    from core.metrics.bias_audit import AuditFacts, BiasAuditResult

EPILOG = f"""{EXIT_CODES}
The law has no threshold: without --threshold the code is 0 where every table could be computed and 3 where one could
not. With --published it is 1 where a printed figure does not follow from the printed counts.

A row of FILE is a person, or with --n a category of a supplied table; then a blank cell means that the row belongs to
the other attribute's own table. --per alone audits the assignment to each classification; beside --selected or --score
it gives a set of tables within each."""
REFUSED = 2


def add_arguments(audit: argparse.ArgumentParser) -> None:
    """What this assessment takes."""
    audit.epilog = EPILOG
    audit.add_argument("file", metavar="FILE", type=Path, help="people or counts: CSV or Parquet")
    _columns(audit)
    audit.add_argument(
        "--exclude-below", metavar="SHARE", type=ratio, help="leave smaller categories out of the ratios"
    )
    audit.add_argument("--because", metavar="TEXT", default="", help="the auditor's justification of --exclude-below")
    audit.add_argument(
        "--unknown", metavar="WORD", action="append", default=[], help="a word for an unknown category, besides blanks"
    )
    audit.add_argument("--as-written", action="store_true", help="do not read spellings as EEO-1 categories")
    audit.add_argument("--threshold", metavar="RATIO", type=ratio, help="your own screen; the law has none")
    audit.add_argument("--format", choices=("table", "json", "summary", "html"), default="table")
    _facts(audit)
    _published(audit)
    audit.set_defaults(run=run)


def _columns(audit: argparse.ArgumentParser) -> None:
    audit.add_argument("--sex", metavar="COLUMN")
    audit.add_argument("--race", metavar="COLUMN", help="race/ethnicity")
    outcome = audit.add_mutually_exclusive_group()
    outcome.add_argument("--selected", metavar="COLUMN", help="who moved forward; beside --n, how many")
    outcome.add_argument("--score", metavar="COLUMN", help="the tool's score; above the median counts")
    audit.add_argument("--positive", metavar="LABEL", help="the label of those selected; needed unless 1, true or yes")
    audit.add_argument("--n", metavar="COLUMN", help="how many people a row counts")
    audit.add_argument("--scored", action="store_true", help="--selected counts people above the median")
    audit.add_argument("--blank-unknown", action="store_true", help="beside --n: a blank cell is an unknown category")
    audit.add_argument("--per", metavar="COLUMN", help="the classification that the tool assigns")


def _facts(audit: argparse.ArgumentParser) -> None:
    facts = audit.add_argument_group("what --format summary and html publish besides (6 RCNY 5-303)")
    facts.add_argument("--tool", metavar="NAME", default="")
    facts.add_argument("--auditor", metavar="NAME", default="")
    facts.add_argument("--audit-date", metavar="DATE", type=date.fromisoformat, help="of the most recent bias audit")
    facts.add_argument(
        "--distribution-date", metavar="DATE", type=date.fromisoformat, help="when use of the tool began"
    )
    facts.add_argument("--latest-use", metavar="DATE", type=date.fromisoformat, help="of the tool, if it has ended")
    facts.add_argument("--data-source", metavar="TEXT", default="")
    facts.add_argument("--data-explanation", metavar="TEXT", default="")
    facts.add_argument("--data-kind", choices=("historical", "pooled", "test"))
    facts.add_argument("--why-test-data", metavar="TEXT", default="")
    facts.add_argument("--how-test-data", metavar="TEXT", default="", help="how they were generated and obtained")


def _published(audit: argparse.ArgumentParser) -> None:
    published = audit.add_argument_group("checking a published table")
    published.add_argument("--published", action="store_true", help="FILE holds tables as they were printed")
    published.add_argument("--category", metavar="COLUMN", help="names the categories, where --sex and --race do not")
    published.add_argument("--rate", metavar="COLUMN", default="rate", help="the printed rate; default: rate")
    published.add_argument("--impact-ratio", metavar="COLUMN", default="impact_ratio", help="default: impact_ratio")


def run(args: argparse.Namespace) -> int:
    """Read, count, compute, print."""
    from core.errors import Refusal, Refused

    try:
        if args.because and args.exclude_below is None:
            raise Refused([Refusal("nothing_to_justify", "--because justifies --exclude-below, which is not there")])
        return answered(args.file, lambda: _print(args))
    except Refused as refused:
        for refusal in refused.refusals:
            print(plain(str(refusal)), file=sys.stderr)
        return REFUSED


def _print(args: argparse.Namespace) -> int:
    if args.published:
        return _check(args)
    result = _assess(args)
    print(_shown(args, result), end="" if args.format in ("summary", "html") else "\n")
    return _code(result)


def _shown(args: argparse.Namespace, result: "BiasAuditResult") -> str:
    from app.cli.assess.bias_audit_output import as_json, as_table

    if args.format in ("table", "json"):
        return as_json(result) if args.format == "json" else as_table(result)
    from core.metrics.bias_audit import as_markdown, as_page, summarise

    summary = summarise(result, _facts_given(args))
    return as_page(summary) if args.format == "html" else as_markdown(summary)


def _facts_given(args: argparse.Namespace) -> "AuditFacts":
    from core.metrics.bias_audit import AuditFacts, DataKind

    return AuditFacts(
        tool=args.tool,
        auditor=args.auditor,
        audit_date=args.audit_date,
        distribution_date=args.distribution_date,
        data_source=args.data_source,
        data_explanation=args.data_explanation,
        data_kind=DataKind(args.data_kind) if args.data_kind else None,
        why_test_data=args.why_test_data,
        how_test_data=args.how_test_data,
        latest_use=args.latest_use,
    )


def _check(args: argparse.Namespace) -> int:
    """0 where every printed figure follows, 1 where one does not or the tables have a finding, 3 without figures."""
    from app.cli.assess.bias_audit_output import check_as_json, check_as_table
    from core.frames.bias_audit import PublishedColumns, check_published_file

    columns = PublishedColumns(
        category=args.category or (None if args.sex or args.race else "category"),
        sex=args.sex,
        race=args.race,
        n=args.n or "n",
        selected=args.selected,
        rate=args.rate,
        impact_ratio=args.impact_ratio,
        per=args.per,
    )
    with table_of(args.file) as table:
        check = check_published_file(table, columns)
    print(check_as_json(check) if args.format == "json" else check_as_table(check))
    if not check.figures:
        return INSUFFICIENT
    return FAILED if check.exceptions or check.notes else PASSED


def _code(result: "BiasAuditResult") -> int:
    if result.threshold is None:
        return PASSED if result.complete else INSUFFICIENT
    return exit_code(judgement.verdict for _, judgement in result.verdicts())


def _assess(args: argparse.Namespace) -> "BiasAuditResult":
    from core.frames.bias_audit import audit_file

    with table_of(args.file) as table:
        return audit_file(
            table,
            sex=args.sex,
            race=args.race,
            selected=args.selected,
            score=args.score,
            positive=args.positive,
            n=args.n,
            per=args.per,
            scored=args.scored,
            blank_is_unknown=args.blank_unknown,
            exclude_below=args.exclude_below,
            because=args.because,
            unknown=args.unknown,
            normalise=not args.as_written,
            threshold=args.threshold,
        )
