import Basics
package import OnCallModel

/// What is drawn over the pane and gets the keys.
package enum Overlay: Hashable, Sendable {
    case help(scroll: Int)
    case question(Question)
    case palette(Palette)
    case editor(SettingEditor)
    case mute(MuteDialog)
    case silences(position: Int)

    /// Asks for a confirmation before an intent is sent.
    package struct Question: Hashable, Sendable {
        package var title: String
        /// What will happen, in our own words.
        package var sentence: String
        /// The exact requests. They hold text from outside, so they are drawn quoted, apart from our words.
        package var requests: [String] = []
        package var facts: [String]
        package var intent: Intent
        /// The line above the requests.
        package var heading = "Requests to send:"
        /// Keys that were pressed before the question was on the screen do not answer it.
        package var isPainted = false
    }

    package struct Palette: Hashable, Sendable {
        package var text = ""
        package var position = 0
    }
}

extension ConsoleState {
    mutating func press(_ key: Key, over overlay: Overlay) -> [ConsoleEffect] {
        switch overlay {
        case .help(let scroll): scrollHelp(scroll, key)
        case .question(let question): return answer(question, key)
        case .palette(let palette): return type(key, in: palette)
        case .editor(let editor): return type(key, in: editor)
        case .mute(let dialog): return type(key, in: dialog)
        case .silences(let position): press(key, inSilencesAt: position)
        }
        return []
    }

    /// Types pasted text, without its line breaks, into a text field. It never answers a question and never runs an action.
    mutating func paste(_ text: String) {
        switch overlay {
        case .help, .question, .silences: return
        case nil where !list.isFiltering: return
        case .palette, .editor, .mute, nil:
            for character in text.prefix(1000) where !character.isNewline { _ = press(.character(character)) }
        }
    }

    mutating func markPainted() {
        guard case .question(var question) = overlay else { return }
        question.isPainted = true
        overlay = .question(question)
    }

    private mutating func scrollHelp(_ scroll: Int, _ key: Key) {
        switch key {
        case .character("j"), .down: overlay = .help(scroll: scroll + 1)
        case .character("k"), .up: overlay = .help(scroll: max(0, scroll - 1))
        case .control("d"), .pageDown: overlay = .help(scroll: scroll + 10)
        case .control("u"), .pageUp: overlay = .help(scroll: max(0, scroll - 10))
        default: overlay = nil
        }
    }

    /// Only `y` confirms, and only once the question has been on the screen.
    private mutating func answer(_ question: Overlay.Question, _ key: Key) -> [ConsoleEffect] {
        guard question.isPainted else { return [] }
        switch key {
        case .character("y"):
            overlay = nil
            return append(question.intent)
        case .character("n"), .escape, .enter, .character("q"):
            overlay = nil
            say("Canceled.")
        default: break
        }
        return []
    }

    // MARK: palette

    /// The actions that match what is typed.
    package func offers(_ palette: Overlay.Palette) -> [ConsoleAction] {
        let wanted = (typedQuestion(palette.text).map { "ask \($0[0])" } ?? palette.text).lowercased()
        let known = ConsoleAction.actions(in: pane) + questionActions
        if wanted == "q" || wanted == "q!" { return known.filter { $0.title == "quit" } }
        return known.filter { wanted.isEmpty || [$0.title, $0.tooltip].match(wanted) }
    }

    private mutating func type(_ key: Key, in palette: Overlay.Palette) -> [ConsoleEffect] {
        var palette = palette
        switch key {
        case .backspace where palette.text.isEmpty, .escape:
            overlay = nil
            return []
        case .down, .control("n"): palette.position = min(palette.position + 1, max(0, offers(palette).count - 1))
        case .up, .control("p"): palette.position = max(0, palette.position - 1)
        case .tab: palette.text = offers(palette).first?.title ?? palette.text
        case .enter:
            overlay = nil
            if let words = typedQuestion(palette.text) { return [.ask(words)] }
            let offers = offers(palette)
            guard offers.indices.contains(palette.position) else {
                say("Unknown command \"\(palette.text)\".", mood: .failed)
                return []
            }
            return offers[palette.position].run(on: &self)
        default: if palette.text.edit(key) { palette.position = 0 }
        }
        overlay = .palette(palette)
        return []
    }
}

extension String {
    /// Changes the text of a field; false if the key does not.
    mutating func edit(_ key: Key) -> Bool {
        switch key {
        case .character(let character): append(character)
        case .backspace: _ = popLast()
        case .control("u"): self = ""
        default: return false
        }
        return true
    }
}
