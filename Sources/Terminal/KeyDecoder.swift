import Basics
import CNcurses

/// Decodes ncurses' input codes into keys.
///
/// One for the whole session: a paste may arrive in several bursts, and its marks may be split anywhere. Pasted text is never
/// decoded as keys, because it could then answer a question.
package struct KeyDecoder {
    private var events: [TerminalEvent] = []
    /// The characters after an escape.
    private var sequence: [UInt32]?
    /// The escape before `sequence` ended a burst and was reported as a key; it may be the first part of a paste mark.
    private var isEscapeReported = false
    private var pasted: String?

    private static let pasteStart = Array("[200~".unicodeScalars.map(\.value))
    private static let pasteEnd = "\u{1B}[201~"

    package init() {}

    package mutating func take(code: UInt32, isFunctionKey: Bool) {
        if pasted != nil {
            // A key that ncurses decoded from an escape sequence inside a paste is not part of the text.
            if !isFunctionKey { takePasted(code) }
        } else if isFunctionKey {
            endSequence()
            if let key = Self.functionKey(code) { events.append(.key(key)) }
        } else if code == 27 {
            endSequence()
            sequence = []
        } else if sequence != nil {
            takeInSequence(code)
        } else if let key = Self.key(code) {
            events.append(.key(key))
        }
    }

    /// Ends a burst. A lone escape is the Escape key. An incomplete paste mark waits for the rest, and an open paste for its end.
    package mutating func finish() -> [TerminalEvent] {
        if sequence == [], !isEscapeReported {
            events.append(.key(.escape))
            isEscapeReported = true
        }
        defer { events = [] }
        return events
    }

    private mutating func takeInSequence(_ code: UInt32) {
        sequence?.append(code)
        guard let sequence else { return }
        if sequence == Self.pasteStart {
            self.sequence = nil
            isEscapeReported = false
            pasted = ""
        } else if !Self.pasteStart.starts(with: sequence) {
            endSequence()
        }
    }

    /// An escape without a known sequence is the Escape key, and the characters after it are separate keys.
    private mutating func endSequence() {
        guard let codes = sequence else { return }
        sequence = nil
        if !isEscapeReported { events.append(.key(.escape)) }
        isEscapeReported = false
        events += codes.compactMap(Self.key).map(TerminalEvent.key)
    }

    private mutating func takePasted(_ code: UInt32) {
        guard let scalar = Unicode.Scalar(code) else { return }
        pasted?.unicodeScalars.append(scalar)
        guard let text = pasted, text.hasSuffix(Self.pasteEnd) else { return }
        events.append(.paste(String(text.dropLast(Self.pasteEnd.count))))
        pasted = nil
    }

    private static func key(_ code: UInt32) -> Key? {
        switch code {
        case 9: .tab
        case 10, 13: .enter
        case 8, 127: .backspace
        case 1...26: .control(Character(Unicode.Scalar(UInt8(code + 96))))
        case 0...31: nil
        default: Unicode.Scalar(code).map { .character(Character($0)) }
        }
    }

    private static func functionKey(_ code: UInt32) -> Key? {
        switch Int32(bitPattern: code) {
        case KEY_UP: .up
        case KEY_DOWN: .down
        case KEY_LEFT: .left
        case KEY_RIGHT: .right
        case KEY_PPAGE: .pageUp
        case KEY_NPAGE: .pageDown
        case KEY_HOME: .home
        case KEY_END: .end
        case KEY_ENTER: .enter
        case KEY_BACKSPACE: .backspace
        case KEY_DC: .delete
        case KEY_BTAB: .backTab
        case KEY_F0 + 1...KEY_F0 + 12: .function(Int(Int32(bitPattern: code) - KEY_F0))
        default: nil
        }
    }
}
