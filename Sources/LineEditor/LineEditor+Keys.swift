import CLibEdit

extension LineEditor {
    /// With vi keys, Escape is a key of its own, so no sequence may start with it, not even a paste mark.
    func bindKeys() {
        ce_take_signal_keys(editor)
        let functions: [(key: String, name: String, function: ce_key_function)] = [
            ("^I", "sentinel-complete", { editor, _ in UInt8(LineEditor.owner(of: editor).completeWord()) }),
            ("^C", "sentinel-interrupt", { editor, _ in UInt8(LineEditor.owner(of: editor).giveUp()) }),
            ("^D", "sentinel-end", { editor, _ in UInt8(LineEditor.owner(of: editor).deleteOrEnd()) }),
            ("^Z", "sentinel-suspend", { editor, _ in UInt8(LineEditor.owner(of: editor).suspend()) }),
            ("\\e[200~", "sentinel-paste", { editor, _ in UInt8(LineEditor.owner(of: editor).paste()) }),
        ]
        for (key, name, function) in functions where !hasViKeys || !key.hasPrefix("\\e") {
            ce_add_function(editor, name, function)
            ce_bind(editor, key, name)
        }
        guard !hasViKeys else { return }
        let others = [
            ("^R", "em-inc-search-prev"), ("^W", "ed-delete-prev-word"), ("\\e[3~", "ed-delete-next-char"),
            ("\\e[H", "ed-move-to-beg"), ("\\e[1~", "ed-move-to-beg"), ("\\e[F", "ed-move-to-end"),
            ("\\e[4~", "ed-move-to-end"), ("\\e[1;5C", "em-next-word"), ("\\e[1;5D", "ed-prev-word"),
        ]
        for (key, function) in others { ce_bind(editor, key, function) }
    }

    /// Inserts the only candidate or the common prefix of several, and lists them where they differ.
    private func completeWord() -> Int32 {
        let (before, after) = text
        let completion = complete(before, after)
        guard !completion.candidates.isEmpty else { return CC_ERROR }
        let typed = String(String.UnicodeScalarView(before.unicodeScalars.suffix(completion.typed)))
        if let insertion = completion.insertion(for: typed) {
            el_deletestr(editor, Int32(completion.typed))
            el_insertstr(editor, insertion)
            return CC_REFRESH
        }
        guard completion.candidates.count > 1 else { return CC_NORM }
        let lines = completion.listing(width: size.columns, rows: max(2, size.rows - 3))
        ce_write("\n\r\u{1B}[J" + lines.map { $0 + "\n" }.joined())
        return CC_REDISPLAY
    }

    private func giveUp() -> Int32 {
        isInterrupted = true
        el_cursor(editor, Int32(text.after.unicodeScalars.count))
        el_insertstr(editor, "^C")
        el_push(editor, "\n")
        return CC_REFRESH
    }

    private func deleteOrEnd() -> Int32 {
        let (before, after) = text
        guard !after.isEmpty else { return before.isEmpty ? CC_EOF : CC_ERROR }
        el_cursor(editor, 1)
        el_deletestr(editor, 1)
        return CC_REFRESH
    }

    private func suspend() -> Int32 {
        markPastes(false)
        ce_write("\n")
        ce_use_terminal(editor, 0)
        ce_stop_self()
        ce_use_terminal(editor, 1)
        markPastes(true)
        return CC_REDISPLAY
    }

    /// Pasted text is never decoded as keys; Enter submits all of its lines together.
    private func paste() -> Int32 {
        let end = Array("\u{1B}[201~".unicodeScalars)
        var scalars: [Unicode.Scalar] = []
        var code: wchar_t = 0
        while el_wgetc(editor, &code) == 1 {
            guard let scalar = Unicode.Scalar(UInt32(bitPattern: code)) else { continue }
            scalars.append(scalar)
            if scalars.suffix(end.count) == end[...] {
                el_insertstr(editor, PastedText.inert(scalars.dropLast(end.count)))
                return CC_REFRESH
            }
        }
        return CC_EOF
    }
}

/// Pasted text without control characters.
enum PastedText {
    /// Line breaks are normalised and removed at the end; other control characters are removed.
    static func inert(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        var last: Unicode.Scalar?
        for scalar in scalars {
            defer { last = scalar }
            switch scalar {
            case "\n" where last == "\r": break
            case "\n", "\r": text.append("\n")
            default: if scalar == "\t" || scalar.properties.generalCategory != .control { text.append(scalar) }
            }
        }
        while text.last == "\n" { text.removeLast() }
        return String(text)
    }
}
