"""Text keys of the page of totals, which gets its texts with the first API answer."""

from db.models import Kind

TEXTS = (
    "page-title",
    "page-sum",
    "page-mean",
    "page-smallest",
    "page-largest",
    "page-today",
    "page-week",
    "page-streak",
    "page-period-week",
    "page-period-month",
    "page-period-year",
    "page-period-all",
    "page-period-dates",
    "page-period",
    "page-since",
    "page-until",
    "page-earlier",
    "page-later",
    "page-by-time",
    "page-by-label",
    "page-chart",
    "page-chart-keys",
    "page-labels-shown",
    "page-filters",
    "page-label",
    "page-any-label",
    "page-kind",
    "page-any-kind",
    "page-chat",
    "page-any-chat",
    "page-some-chat",
    "page-unlabelled",
    "page-list",
    "page-more",
    "page-nothing",
    "page-none",
    "page-again",
    "page-unreachable",
)
"""The texts of the page, which knows them by these keys without `page-`."""

KINDS = {
    Kind.NUMBERS: "totals-kind-numbers",
    Kind.NUMBERS_FAB: "totals-kind-numbers-fab",
    Kind.CUSTOM: "totals-kind-custom",
    Kind.INLINE: "totals-kind-inline",
}

REASONS = {
    "unknown": "page-unknown",
    "forged": "page-forged",
    "stale": "page-stale",
    "clock": "page-clock",
    "incomplete": "page-incomplete",
    "wrong": "page-wrong",
    "away": "page-away",
}
"""The text key of each reason to refuse a request."""
