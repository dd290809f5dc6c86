import Basics
import CellGrid
import OnCallModel
import ViewState

/// Every setting with its value; the selected one with what it means and may be.
enum SettingsPane {
    static func draw(_ state: ConsoleState, on grid: inout Grid, in area: Rect) {
        grid.write("Settings", at: area.x + 1, area.y, role: .title, in: area)
        let specs = state.shownSettings
        let values = Dictionary(uniqueKeysWithValues: (state.settings ?? []).map { ($0.key, $0) })
        let detailRows = area.height > 8 ? 3 : 0
        let list = Rect(x: area.x, y: area.y + 1, width: area.width - 1, height: area.height - 1 - detailRows)
        let columns = [
            Column(title: "key", width: area.width < 50 ? 20 : 34), Column(title: "value", width: 14),
            Column(title: "unit", width: 0),
        ]
        let window = Window(total: specs.count, height: list.height, position: state.position)
        for offset in 0..<window.count {
            let index = window.first + offset
            let spec = specs[index]
            let item = values[spec.key]
            let isRefused = item?.refusal.isEmpty == false
            grid.row(
                [
                    (spec.key, .text),
                    (editing(spec, state) ?? item?.value ?? "–", editing(spec, state) == nil ? .accent : .input),
                    (isRefused ? item?.refusal ?? "" : spec.unit, isRefused ? .bad : .dim),
                ], columns: columns, at: list.y + offset, in: list, isSelected: index == state.position)
        }
        guard detailRows > 0, let spec = state.selectedSetting else { return }
        let below = Rect(x: area.x + 2, y: list.y + list.height, width: area.width - 4, height: detailRows)
        grid.lines(lines(for: spec, state, width: below.width), in: below)
    }

    private static func editing(_ spec: SettingSpec, _ state: ConsoleState) -> String? {
        guard case .editor(let editor) = state.overlay, editor.key == spec.key else { return nil }
        return editor.text + "▏"
    }

    private static func lines(for spec: SettingSpec, _ state: ConsoleState, width: Int) -> [IncidentReport.Line] {
        if case .editor(let editor) = state.overlay {
            if !editor.problem.isEmpty { return IncidentReport.wrap(editor.problem, width: width, role: .bad) }
            return [("Enter saves, Esc leaves it as it was. May be \(spec.range) \(spec.unit).", .keyLabel)]
        }
        return IncidentReport.wrap(
            "\(spec.meaning) May be \(spec.range)\(spec.unit.isEmpty ? "" : " " + spec.unit).", width: width, role: .dim
        )
    }
}
