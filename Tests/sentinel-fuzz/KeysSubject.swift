import Basics
import Terminal

/// An input is terminal input: UTF-8, in which 0xFE ends a burst, and 0xFF makes the next byte a function key, numbered from
/// 0x100 as in ncurses.
///
/// The keys are the same for any division into bursts, except that an escape at the end of a burst is reported at once, even if it
/// starts a paste. No key is a control character, and no paste contains the mark of its end.
enum KeysSubject {
    private enum Code {
        case scalar(UInt32)
        case function(UInt32)
        case cut
    }

    static func check(_ bytes: [UInt8]) {
        let codes = codes(of: bytes)
        let whole = events(of: codes) { _ in false }
        let asCut = events(of: codes) { if case .cut = $0 { true } else { false } }
        let oneByOne = events(of: codes) { _ in true }
        promise("bursts do not matter: \(whole), \(asCut)", whole == asCut)
        promise("single codes do not matter: \(whole), \(oneByOne)", whole == oneByOne)
        for event in whole { check(event) }
    }

    private static func check(_ event: TerminalEvent) {
        switch event {
        case .key(.character(let character)):
            let isControl = character.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
            promise("\(event) is not a control character", !isControl)
        case .key(.control(let character)): promise("\(event) is a letter", ("a"..."z").contains(character))
        case .paste(let text): promise("a paste is over at its end", !text.contains("\u{1B}[201~"))
        default: break
        }
    }

    /// Between two letters the end of a paste, so that no paste stays open and no sequence untold.
    private static let end = "z\u{1B}[201~z".unicodeScalars.map { Code.scalar($0.value) }

    /// The events of all codes, without escapes before a paste.
    private static func events(of codes: [Code], isBurstOver: (Code) -> Bool) -> [TerminalEvent] {
        var decoder = KeyDecoder()
        var events: [TerminalEvent] = []
        for code in codes + end {
            switch code {
            case .scalar(let code): decoder.take(code: code, isFunctionKey: false)
            case .function(let code): decoder.take(code: code, isFunctionKey: true)
            case .cut: break
            }
            if isBurstOver(code) { events += decoder.finish() }
        }
        events += decoder.finish()
        return events.enumerated().filter { place, event in
            let next = events[place...].first { $0 != .key(.escape) }
            if event == .key(.escape), case .paste = next { return false }
            return true
        }.map(\.element)
    }

    private static func codes(of bytes: [UInt8]) -> [Code] {
        var codes: [Code] = []
        var text: [UInt8] = []
        var place = 0
        func flush() {
            codes += String(decoding: text, as: UTF8.self).unicodeScalars.map { .scalar($0.value) }
            text = []
        }
        while place < bytes.count {
            switch bytes[place] {
            case 0xFE:
                flush()
                codes.append(.cut)
            case 0xFF where place + 1 < bytes.count:
                flush()
                place += 1
                codes.append(.function(0x100 + UInt32(bytes[place])))
            default: text.append(bytes[place])
            }
            place += 1
        }
        flush()
        return codes
    }
}
