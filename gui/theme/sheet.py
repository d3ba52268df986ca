"""The one style sheet, filled from tokens and measures. Widgets name a role or a variant, never a colour or a size."""

from __future__ import annotations

from pathlib import Path
from string import Template

from PySide6.QtGui import QFontDatabase

from gui.theme.icons import write_coloured
from gui.theme.measures import Measures
from gui.theme.tokens import Tokens, as_dict

_SHEET = Template("""
QMainWindow, QDialog, #canvas { background: $canvas; }
QToolTip { background: $surface; color: $text; border: 1px solid $edge; padding: ${s1}px; }

QLabel { background: transparent; }
QLabel[role="title"] { font-size: ${pt2}pt; font-weight: 600; }
QLabel[role="heading"] { font-size: ${pt1}pt; font-weight: 600; }
QLabel[role="verdict"] { font-size: ${pt3}pt; font-weight: 600; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="small"] { color: $muted; font-size: ${ptm}pt; }
QLabel[role="code"] { font-family: "$fixed"; }
QLabel[role="figure"] { font-size: ${pt2}pt; font-weight: 600; }
QLabel[tone="good"] { color: $good; } QLabel[tone="bad"] { color: $bad; }
QLabel[tone="warn"] { color: $warn; } QLabel[tone="info"] { color: $info; }

QFrame[role="card"] { background: $surface; border: 1px solid $line; border-radius: ${s2}px; }
QFrame[role="well"] { background: $sunken; border: 1px solid $line; border-radius: ${s15}px; }
QFrame[role="rule"] { background: $line; border: none; max-height: 1px; min-height: 1px; }
QFrame[role="banner"] { border-radius: ${s2}px; border: 1px solid $line; }
QFrame[role="banner"][tone="good"] { background: $good_soft; border-color: $good; }
QFrame[role="banner"][tone="bad"] { background: $bad_soft; border-color: $bad; }
QFrame[role="banner"][tone="warn"] { background: $warn_soft; border-color: $warn; }
QFrame[role="banner"][tone="info"] { background: $info_soft; border-color: $info; }
QFrame[role="banner"][tone="plain"] { background: $surface; }
QFrame[role="row"] { background: transparent; border: none; border-bottom: 1px solid $line; }
QFrame[role="row"][last="true"] { border-bottom: none; }
QFrame[role="row"]:focus { background: $accent_soft; }
QFrame[role="drop"] { background: $surface; border: 2px dashed $edge; border-radius: ${s2}px; }
QFrame[role="drop"][over="true"] { background: $accent_soft; border-color: $accent; }
QFrame[role="choice"] { background: $surface; border: 1px solid $line; border-radius: ${s2}px; }

QLabel[role="tag"] { font-size: ${ptm}pt; font-weight: 600; padding: 0 ${s1}px; border-radius: ${s1}px;
  border: 1px solid $edge; color: $text; background: $surface; }

QPushButton, QToolButton[role="button"] { background: $surface; border: 1px solid $edge; border-radius: ${s15}px;
  padding: ${s15}px ${s3}px; font-weight: 500; }
QPushButton:hover, QToolButton[role="button"]:hover { background: $accent_soft; border-color: $accent; }
QPushButton:pressed { background: $sunken; }
QPushButton:focus, QToolButton[role="button"]:focus { border: 2px solid $focus; padding: ${s15f}px ${s3f}px; }
QPushButton:disabled, QToolButton[role="button"]:disabled { background: $disabled; color: $disabled_text;
  border-color: $line; }
QPushButton[variant="primary"] { background: $accent; color: $on_accent; border: 1px solid $accent; font-weight: 600; }
QPushButton[variant="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[variant="primary"]:pressed { background: $accent_press; }
QPushButton[variant="primary"]:focus { border: 2px solid $text; padding: ${s15f}px ${s3f}px; }
QPushButton[variant="primary"]:disabled { background: $disabled; color: $disabled_text; border-color: $line; }
QPushButton[big="true"] { font-size: ${pt1}pt; padding: ${s25}px ${s5}px; }
QPushButton[big="true"]:focus { padding: ${s25f}px ${s5f}px; }
QPushButton[variant="quiet"], QToolButton[role="quiet"] { background: transparent; border: 1px solid transparent;
  color: $accent; padding: ${s1}px ${s2}px; border-radius: ${s15}px; font-weight: 500; }
QPushButton[variant="quiet"]:hover, QToolButton[role="quiet"]:hover { background: $accent_soft; }
QPushButton[variant="quiet"]:focus, QToolButton[role="quiet"]:focus { border: 2px solid $focus;
  padding: ${s1f}px ${s2f}px; }
QPushButton[variant="quiet"]:disabled, QToolButton[role="quiet"]:disabled { color: $disabled_text; }
QToolButton[current="true"] { background: $accent_soft; font-weight: 600; border-color: $accent; }
QToolButton[role="quiet"][dense="true"] { padding: 1px ${s1}px; }
QPushButton[variant="danger"] { color: $bad; border-color: $bad; }
QPushButton[variant="danger"]:hover { background: $bad_soft; border-color: $bad; }
QPushButton[variant="field"] { text-align: left; font-weight: 400; padding: ${s1}px ${s6}px ${s1}px ${s2}px;
  min-height: ${field}px; }
QPushButton[variant="field"]:focus { padding: ${s1f}px ${s6f}px ${s1f}px ${s2f}px; }
QPushButton[variant="field"]::menu-indicator { image: url("$chevron_down"); width: ${s3}px; height: ${s3}px;
  subcontrol-origin: padding; subcontrol-position: center right; right: ${s15}px; }

QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox, QPlainTextEdit { background: $surface; border: 1px solid $edge;
  border-radius: ${s15}px; padding: ${s1}px ${s2}px; selection-background-color: $accent;
  selection-color: $on_accent; min-height: ${field}px; }
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus, QPlainTextEdit:focus {
  border: 2px solid $focus; padding: ${s1f}px ${s2f}px; }
QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled { background: $disabled;
  color: $disabled_text; border-color: $line; }
QLineEdit:read-only { background: $sunken; border-color: $line; }
QLineEdit[invalid="true"] { border: 2px solid $bad; }
QComboBox QLineEdit, QSpinBox QLineEdit, QComboBox QLineEdit:focus, QSpinBox QLineEdit:focus { border: none;
  padding: 0; background: transparent; min-height: 0; }
QSpinBox QLineEdit, QSpinBox QLineEdit:focus { padding-left: ${s15}px; }
QComboBox::drop-down { border: none; width: ${s6}px; subcontrol-origin: padding; subcontrol-position: center right; }
QComboBox::down-arrow { image: url("$chevron_down"); width: ${s3}px; height: ${s3}px; }
QComboBox QAbstractItemView { background: $surface; border: 1px solid $edge; selection-background-color: $accent_soft;
  selection-color: $text; outline: 0; padding: ${s1}px; }
QSpinBox::up-button, QDoubleSpinBox::up-button { subcontrol-origin: border; subcontrol-position: top right;
  width: ${s5}px; border: none; margin: 2px 2px 0 0; }
QSpinBox::down-button, QDoubleSpinBox::down-button { subcontrol-origin: border; subcontrol-position: bottom right;
  width: ${s5}px; border: none; margin: 0 2px 2px 0; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url("$chevron_up"); width: ${s25}px; height: ${s25}px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url("$chevron_down"); width: ${s25}px; height: ${s25}px; }

QCheckBox, QRadioButton { spacing: ${s2}px; background: transparent; padding: ${s05}px; border: 2px solid transparent;
  border-radius: ${s1}px; }
QCheckBox:focus, QRadioButton:focus { border-color: $focus; }
QCheckBox:disabled, QRadioButton:disabled { color: $disabled_text; }
QCheckBox::indicator { width: ${box}px; height: ${box}px; border: 1px solid $edge; border-radius: ${s1}px;
  background: $surface; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url("$tick"); }
QCheckBox::indicator:disabled { background: $disabled; }
QAbstractItemView::indicator { width: ${box}px; height: ${box}px; border: 1px solid $edge; border-radius: ${s1}px;
  background: $surface; }
QAbstractItemView::indicator:checked { background: $accent; border-color: $accent; image: url("$tick"); }

QTableView, QListView { background: $surface; alternate-background-color: $sunken; border: 1px solid $line;
  border-radius: ${s15}px; gridline-color: $line; outline: 0;
  selection-background-color: $accent_soft; selection-color: $text; }
QTableView:focus, QListView:focus { border: 2px solid $focus; }
QTableView::item { padding: ${s05}px ${s15}px; }
QTableView::item:focus { border: 2px solid $focus; }
QListView::item { padding: ${s1}px ${s1}px; }
QHeaderView { background: $sunken; border: none; }
QHeaderView::section { background: $sunken; color: $muted; font-weight: 600; border: none;
  border-bottom: 1px solid $line; border-right: 1px solid $line; padding: ${s15}px ${s2}px; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QTableCornerButton::section { background: $sunken; border: none; border-bottom: 1px solid $line; }

QProgressBar { background: $sunken; border: 1px solid $line; border-radius: ${s1}px; height: ${s2}px;
  max-height: ${s2}px; min-height: ${s2}px; text-align: center; }
QProgressBar::chunk { background: $accent; border-radius: ${s075}px; }

QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget#page { background: transparent; }
QScrollBar:vertical { background: transparent; width: ${s3}px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: ${s3}px; margin: 0; }
QScrollBar::handle { background: $edge; border-radius: ${s1}px; margin: ${s05}px; min-height: ${s6}px;
  min-width: ${s6}px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QMenuBar { background: $surface; border-bottom: 1px solid $line; padding: ${s05}px ${s1}px; }
QMenuBar::item { padding: ${s1}px ${s2}px; border-radius: ${s1}px; background: transparent; }
QMenuBar::item:selected { background: $accent_soft; }
QMenu { background: $surface; border: 1px solid $edge; padding: ${s1}px; }
QMenu::item { padding: ${s1}px ${s5}px ${s1}px ${s4}px; border-radius: ${s1}px; }
QMenu::item:selected { background: $accent_soft; }
QMenu::item:disabled { color: $disabled_text; }
QMenu::separator { height: 1px; background: $line; margin: ${s1}px; }

#sidebar { background: $side; border: none; }
#sidebar QLabel { color: $side_text; }
#sidebar QLabel[role="small"], #sidebar QLabel[role="muted"] { color: $side_muted; }
#sidebar QLabel[role="wordmark"] { font-size: ${pt3}pt; font-weight: 600; }
#sidebar QPushButton { color: $side_text; background: transparent; border: 2px solid transparent;
  border-left: 4px solid transparent; border-radius: 0; padding: ${s2}px ${s25}px; text-align: left;
  font-weight: 500; }
#sidebar QPushButton:hover { background: $side_select; }
#sidebar QPushButton:checked { background: $side_select; border-left: 4px solid $side_mark; font-weight: 600; }
#sidebar QPushButton:focus { border: 2px solid $side_mark; border-left: 4px solid $side_mark;
  padding: ${s2}px ${s25}px; }

QSplitter::handle { background: transparent; }
QTextBrowser { background: $surface; border: 1px solid $line; border-radius: ${s15}px; padding: ${s2}px; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
""")


def style_sheet(tokens: Tokens, measures: Measures, icon_folder: Path) -> str:
    """The style sheet of this scheme at this font size."""
    values: dict[str, object] = dict(as_dict(tokens))
    steps = {"s05": 0.5, "s075": 0.75, "s1": 1, "s15": 1.5, "s2": 2, "s25": 2.5, "s3": 3, "s4": 4, "s5": 5, "s6": 6}
    values.update({name: measures.space(step) for name, step in steps.items()})
    # A focused control has a border of two pixels and one pixel less padding, so that nothing moves.
    values.update({f"{name}f": max(0, measures.space(step) - 1) for name, step in steps.items()})
    values.update(pt0=measures.size(0), ptm=measures.size(-1), pt1=measures.size(1))
    values.update(pt2=measures.size(2), pt3=measures.size(3))
    values.update(field=round(measures.line * 1.25), box=round(measures.line * 0.95))
    values["fixed"] = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
    values["chevron_down"] = write_coloured("chevron-down", tokens.muted, icon_folder)
    values["chevron_up"] = write_coloured("chevron-up", tokens.muted, icon_folder)
    values["tick"] = write_coloured("check", tokens.on_accent, icon_folder)
    return _SHEET.substitute(values)
