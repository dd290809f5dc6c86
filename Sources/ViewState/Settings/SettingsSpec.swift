package import Basics
package import OnCallModel

package struct SettingsState: Hashable, Sendable {
    /// Nil until the store has answered.
    package var items: [SettingItem]?
    /// The theme on the screen; nil is the one that the console started with.
    var theme: String?

    func value(of key: String) -> SettingItem? { items?.first { $0.key == key } }
}

package enum SettingsSpec: PaneSpec {
    package static let title = "Settings"
    package static let shortTitle = "Set"
    package static let keys: [Key] = [.character("8")]
    package static let tooltip = "Show the settings"
    package static let actions: [ConsoleAction] = [
        ConsoleAction(
            [.character("e"), .enter], "edit", "Change the selected setting", isProminent: true,
            change: { $0.edit() }),
        .filter,
    ]

    package static func rows(_ console: ConsoleState) -> [String] { SettingsView(console).list.ids }

    package static func settle(_ console: inout ConsoleState) -> [ConsoleEffect] {
        guard let theme = console.settings.value(of: "theme")?.value.filter({ $0 != "\"" }),
            theme != console.settings.theme
        else { return [] }
        console.settings.theme = theme
        return [.useTheme(theme)]
    }
}

extension Overlay {
    package struct SettingEditor: Hashable, Sendable {
        package var key: String
        package var text: String
        package var problem = ""

        /// Why the text is not a valid value; nil if it is.
        var invalid: String? {
            guard let spec = Settings.specs.first(where: { $0.key == key }) else { return "Unknown setting \(key)." }
            do {
                _ = try spec.accept(typed: text)
                return nil
            } catch {
                return error.description
            }
        }
    }
}

extension ConsoleState {
    fileprivate mutating func edit() {
        guard let row = SettingsView(self).list.selected else { return }
        overlay = .editor(
            Overlay.SettingEditor(key: row.spec.key, text: (row.item?.value ?? "").filter { $0 != "\"" }))
    }

    /// The value is checked while it is typed; Enter is ignored until it is valid.
    mutating func type(_ key: Key, in editor: Overlay.SettingEditor) -> [ConsoleEffect] {
        var editor = editor
        switch key {
        case .escape:
            overlay = nil
            return []
        case .enter where editor.invalid == nil:
            overlay = nil
            return append(.changeSetting(key: editor.key, value: editor.text))
        default: _ = editor.text.edit(key)
        }
        editor.problem = editor.invalid ?? ""
        overlay = .editor(editor)
        return []
    }
}

/// Every setting with its value; the selected one with its meaning and range.
package struct SettingsView: Hashable, Sendable {
    package struct Row: Hashable, Sendable {
        package let spec: SettingSpec
        package let item: SettingItem?
    }

    package let list: ListView<Row>
    package let editor: Overlay.SettingEditor?

    package init(_ console: ConsoleState) {
        let items = Dictionary((console.settings.items ?? []).map { ($0.key, $0) }, uniquingKeysWith: { $1 })
        list = ListView(
            Settings.specs.map { Row(spec: $0, item: items[$0.key]) }, console.lists[.settings], id: \.spec.key
        ) { [$0.spec.key, $0.spec.meaning].match($1) }
        if case .editor(let editor) = console.overlay { self.editor = editor } else { editor = nil }
    }
}
