import CellGrid
import OnCallModel
import ViewState

enum SettingsPane {
    static func draw(_ view: SettingsView, on grid: inout Grid, in area: Rect) {
        let (list, below) = area.splitTop(area.height > 8 ? area.height - 3 : area.height)
        grid.list(
            view.list, title: "Settings", columns: columns(view, area.width), empty: "No settings.", in: list)
        guard let row = view.list.selected else { return }
        grid.write(in: below.inset(2, 0)) { block in
            if let editor = view.editor, !editor.problem.isEmpty {
                block.add(editor.problem, .bad)
            } else {
                let range = "Range: \(row.spec.range)\(row.spec.unit.isEmpty ? "" : " " + row.spec.unit)."
                block.add(
                    view.editor == nil ? "\(row.spec.meaning) \(range)" : "Enter saves, Esc cancels. \(range)",
                    view.editor == nil ? .dim : .keyLabel)
            }
        }
    }

    private static func columns(_ view: SettingsView, _ width: Int) -> [Column<SettingsView.Row>] {
        [
            Column("key", width < 50 ? 20 : 34) { ($0.spec.key, .text) },
            Column("value", 14) { row in
                if let editor = view.editor, editor.key == row.spec.key { return (editor.text + "▏", .input) }
                return (row.item?.value ?? "–", .accent)
            },
            Column("unit") { row in
                let refusal = row.item?.refusal ?? ""
                return refusal.isEmpty ? (row.spec.unit, .dim) : (refusal, .bad)
            },
        ]
    }
}
