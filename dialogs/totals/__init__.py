"""The totals of a person or of a group: list, filters, summary, charts, the person's data."""

from aiogram_dialog import Dialog

from dialogs.totals import changes, chart, data, filters, overview, period, rename
from dialogs.totals.scope import get_scope

dialog = Dialog(
    overview.list_window,
    overview.summary_window,
    overview.people_window,
    filters.filters_window,
    filters.label_window,
    filters.kind_window,
    filters.chat_window,
    period.first_window,
    period.last_window,
    chart.chart_window,
    data.data_window,
    data.pick_window,
    data.delete_window,
    data.erase_window,
    rename.rename_window,
    rename.new_label_window,
    rename.relabel_window,
    changes.changed_window,
    on_start=chart.begin,
    getter=get_scope,
)
