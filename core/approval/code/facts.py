"""The commits behind a version with their reviews and results, as facts for the rules."""

from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, select

from core.approval.code.rules import CheckState, CommitFacts, Review
from core.approval.code.tables import CodeChange, CodeCheck, CodeReview, VersionCode


def commits_of(session: Session, version_id: int) -> tuple[CommitFacts, ...]:
    """The newest commit on record for each repository; reviews are those of its pull request."""
    return tuple(_facts(session, code) for code in newest_code(session, version_id))


def newest_code(session: Session, version_id: int) -> tuple[VersionCode, ...]:
    """What was last said of each repository, by repository."""
    newest = select(func.max(VersionCode.id)).where(VersionCode.version_id == version_id)
    query = select(VersionCode).where(col(VersionCode.id).in_(newest.group_by(col(VersionCode.repository))))
    return tuple(session.exec(query.order_by(col(VersionCode.repository))).all())


def change_of(session: Session, code: VersionCode) -> CodeChange | None:
    """The pull request that the pipeline named, or else one that ends in this very commit."""
    ends_here = or_(col(CodeChange.merged_as) == code.revision, col(CodeChange.head) == code.revision)
    named = col(CodeChange.number) == code.number if code.number is not None else ends_here
    query = select(CodeChange).where(and_(col(CodeChange.repository) == code.repository, named))
    return session.exec(query.order_by(col(CodeChange.id).desc()).limit(1)).first()


def reviews_of(session: Session, change: CodeChange) -> tuple[CodeReview, ...]:
    """What each reviewer said last, by name."""
    query = select(CodeReview).where(CodeReview.change_id == change.id)
    return tuple(session.exec(query.order_by(col(CodeReview.reviewer))).all())


def checks_on(session: Session, code: VersionCode) -> tuple[CodeCheck, ...]:
    """The results on the commit, by name."""
    query = select(CodeCheck).where(CodeCheck.repository == code.repository, CodeCheck.revision == code.revision)
    return tuple(session.exec(query.order_by(col(CodeCheck.name))).all())


def _facts(session: Session, code: VersionCode) -> CommitFacts:
    """A pull request counts for a commit that it ends in: reviews of other code say nothing of this one."""
    change = change_of(session, code)
    covers = change is not None and code.revision in (change.head, change.merged_as)
    checks = checks_on(session, code)
    return CommitFacts(
        repository=code.repository,
        revision=code.revision,
        author=change.author if change else "",
        reviews=tuple(Review(one.reviewer, one.state) for one in reviews_of(session, change))
        if change and covers
        else (),
        failed_checks=tuple(one.name for one in checks if one.state is CheckState.FAILED),
        running_checks=tuple(one.name for one in checks if one.state is CheckState.RUNNING),
        merged=change is None or not covers or bool(change.merged_as),
    )
