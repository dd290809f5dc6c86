import Basics
import OnCallModel

extension ConsoleState {
    /// What the selected row is asked to become. Whatever reaches outside is asked about first.
    mutating func act(_ command: Command) -> [ConsoleEffect] {
        if let reason = disabledReason(of: command) {
            say(reason, mood: .failed)
            return []
        }
        switch command {
        case .approve: selectedApproval.map { ask(toDecide: $0, approve: true) }
        case .reject: selectedApproval.map { ask(toDecide: $0, approve: false) }
        case .kill: selectedLoop.map { ask(toKill: $0) }
        case .acknowledge: return selectedIncident.map { append(.acknowledge(incident: $0.id)) } ?? []
        case .resolve: selectedIncident.map { ask(toResolve: $0) }
        case .snooze, .silence, .maintenance, .silences: openQuietMenu(command)
        case .wake: return selectedIncident.map { append(.wake(incident: $0.id)) } ?? []
        case .acceptOutputs: selectedFeature.map { ask(toAccept: $0) }
        default: break
        }
        return []
    }

    /// Why a command means nothing now; nil when it does.
    package func disabledReason(of command: Command) -> String? {
        switch command {
        case .approve, .reject:
            guard let item = selectedApproval else { return "There is no request." }
            if item.status != .pending {
                return "Request \(item.id) is already \(item.status.rawValue)"
                    + "\(item.resolvedBy.map { " by \($0)" } ?? "")."
            }
            return item.expiresAt <= now ? "Request \(item.id) has expired." : nil
        case .kill:
            guard let item = selectedLoop else { return "There is no loop." }
            switch item.status {
            case .active, .killFailed: return nil
            case .killing: return "Trace \(item.loop.traceID) is being killed already."
            case .killed: return "Trace \(item.loop.traceID) is dead already."
            case .finished: return "Trace \(item.loop.traceID) has ended by itself."
            }
        case .acknowledge, .resolve, .snooze, .wake, .silence: return lifeRefusal(of: command)
        case .acceptOutputs:
            guard let feature = selectedFeature else { return "There is no feature." }
            return feature.candidate == nil ? "The outputs of \(feature.feature) fit: there is nothing to accept." : nil
        default: return nil
        }
    }

    private mutating func ask(toDecide item: ApprovalItem, approve: Bool) {
        overlay = .question(
            Overlay.Question(
                title: approve ? "Approve request \(item.id)?" : "Reject request \(item.id)?",
                sentence: approve ? item.action.sentence : "Not to do: \(item.action.sentence)",
                requests: approve ? item.dryRun : [],
                facts: [
                    "Decided as \(author)", "Expires \(item.expiresAt.iso8601Seconds)",
                    "Request \(item.id), incident \(item.incident.map(String.init) ?? "none")",
                ],
                intent: approve ? .approve(request: item.id) : .reject(request: item.id)))
    }

    private mutating func ask(toKill item: LoopItem) {
        let pending = approvals?.first { $0.id == item.request }
        overlay = .question(
            Overlay.Question(
                title: "Kill this loop?", sentence: "Kill trace \(item.loop.traceID) of agent \(item.loop.agent)",
                requests: pending?.dryRun ?? [],
                facts: [
                    "\(item.loop.generations) generations, \(item.loop.pattern)", "Ordered as \(author)",
                    "The kill is verified: the trace must take no further step",
                ],
                intent: .killLoop(trace: item.loop.traceID)))
    }

    private mutating func ask(toResolve incident: IncidentSummary) {
        overlay = .question(
            Overlay.Question(
                title: "Resolve incident \(incident.id)?", sentence: "Close it and say so in Slack",
                requests: [], facts: ["Decided as \(author)", "It opens again if a scan sees it within a day"],
                intent: .resolve(incident: incident.id)))
    }

    // MARK: settings

    mutating func edit() {
        guard let spec = selectedSetting else { return }
        let value = settings?.first { $0.key == spec.key }?.value ?? ""
        overlay = .editor(
            Overlay.SettingEditor(key: spec.key, text: value.filter { $0 != "\"" }))
    }

    /// Checks while typing; Enter is taken only when the value can be.
    mutating func typeSetting(_ editor: Overlay.SettingEditor, _ key: Key) -> [ConsoleEffect] {
        var editor = editor
        switch key {
        case .character(let character): editor.text.append(character)
        case .backspace: _ = editor.text.popLast()
        case .control("u"): editor.text = ""
        case .escape:
            overlay = nil
            return []
        case .enter:
            guard editor.checked == nil else { break }
            overlay = nil
            return append(.changeSetting(key: editor.key, value: editor.text))
        default: break
        }
        editor.problem = editor.checked ?? ""
        overlay = .editor(editor)
        return []
    }

    // MARK: palette

    /// What the palette offers for what is typed.
    package func offers(_ palette: Overlay.Palette) -> [Command.Binding] {
        let wanted = palette.text.lowercased()
        let known = Command.bindings(in: view)
        if wanted == "q" || wanted == "q!" { return known.filter { $0.command == .quit } }
        return known.filter {
            wanted.isEmpty || $0.title.lowercased().contains(wanted) || $0.tooltip.lowercased().contains(wanted)
        }
    }

    mutating func typeCommand(_ palette: Overlay.Palette, _ key: Key) -> [ConsoleEffect] {
        var palette = palette
        let offers = offers(palette)
        switch key {
        case .character(let character):
            palette.text.append(character)
            palette.position = 0
        case .backspace:
            if palette.text.isEmpty {
                overlay = nil
                return []
            }
            palette.text.removeLast()
            palette.position = 0
        case .down, .control("n"): palette.position = min(palette.position + 1, max(0, offers.count - 1))
        case .up, .control("p"): palette.position = max(0, palette.position - 1)
        case .tab: if let first = offers.first { palette.text = first.title }
        case .escape:
            overlay = nil
            return []
        case .enter:
            overlay = nil
            guard offers.indices.contains(palette.position) else {
                say("There is no command “\(palette.text)”.", mood: .failed)
                return []
            }
            return perform(offers[palette.position].command)
        default: break
        }
        overlay = .palette(palette)
        return []
    }
}

extension Overlay.SettingEditor {
    /// Why the text cannot be the value; nil when it can.
    fileprivate var checked: String? {
        guard let spec = Settings.specs.first(where: { $0.key == key }) else { return "There is no setting \(key)." }
        do {
            _ = try spec.accept(typed: text)
            return nil
        } catch {
            return error.description
        }
    }
}
