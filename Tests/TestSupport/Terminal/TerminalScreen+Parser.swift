extension TerminalScreen {
    /// Splits what a program writes into characters and control sequences.
    struct Parser: Sendable {
        enum Action {
            case character(Unicode.Scalar)
            case control(UInt8)
            /// What stands behind ESC.
            case escape(String)
            case sequence(Sequence)
        }

        /// `CSI ? 1 ; 2 h`.
        struct Sequence: Sendable {
            var isPrivate = false
            var numbers: [Int?] = []
            var final: Character
            var text: String

            subscript(_ place: Int) -> Int? { numbers.indices.contains(place) ? numbers[place] : nil }
        }

        private enum State {
            case ground, escape
            case charset(String)
            case sequence(String)
            /// A title or the like, up to BEL or ST.
            case string(endsWithEscape: Bool)
        }

        private var state = State.ground
        private var decoder = UTF8Decoder()

        mutating func take(_ byte: UInt8) -> Action? {
            switch state {
            case .ground: ground(byte)
            case .escape: escape(byte)
            case .charset(let text): finish(.escape(text + Self.text(byte)))
            case .sequence(let text): sequence(text, byte)
            case .string(let endsWithEscape): string(endsWithEscape, byte)
            }
        }

        private static func text(_ byte: UInt8) -> String { String(Character(Unicode.Scalar(byte))) }

        private mutating func finish(_ action: Action) -> Action? {
            state = .ground
            return action
        }

        private mutating func ground(_ byte: UInt8) -> Action? {
            if byte == 0x1B {
                state = .escape
                return nil
            }
            if byte < 0x20 { return .control(byte) }
            return decoder.take(byte).map { .character($0) }
        }

        private mutating func escape(_ byte: UInt8) -> Action? {
            switch byte {
            case UInt8(ascii: "["): state = .sequence("")
            case UInt8(ascii: "]"), UInt8(ascii: "P"): state = .string(endsWithEscape: false)
            case UInt8(ascii: "("), UInt8(ascii: ")"): state = .charset(Self.text(byte))
            default: return finish(.escape(Self.text(byte)))
            }
            return nil
        }

        private mutating func sequence(_ text: String, _ byte: UInt8) -> Action? {
            if byte < 0x20 { return .control(byte) }
            guard (0x40...0x7E).contains(byte) else {
                state = .sequence(text + Self.text(byte))
                return nil
            }
            var digits = Substring(text)
            let isPrivate = digits.first == "?" || digits.first == ">"
            if isPrivate { digits.removeFirst() }
            let numbers = digits.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) }
            return finish(
                .sequence(
                    Sequence(
                        isPrivate: isPrivate, numbers: numbers, final: Character(Unicode.Scalar(byte)),
                        text: text + Self.text(byte))))
        }

        private mutating func string(_ endsWithEscape: Bool, _ byte: UInt8) -> Action? {
            let isOver = byte == 0x07 || (endsWithEscape && byte == UInt8(ascii: "\\"))
            state = isOver ? .ground : .string(endsWithEscape: byte == 0x1B)
            return nil
        }
    }

    /// Scalars out of bytes as they come.
    struct UTF8Decoder: Sendable {
        private var pending: [UInt8] = []

        mutating func take(_ byte: UInt8) -> Unicode.Scalar? {
            if byte < 0x80 {
                pending = []
                return Unicode.Scalar(byte)
            }
            if byte >= 0xC0 { pending = [] }
            pending.append(byte)
            let length = pending[0] >= 0xF0 ? 4 : pending[0] >= 0xE0 ? 3 : 2
            guard pending.count == length else { return nil }
            defer { pending = [] }
            return String(decoding: pending, as: UTF8.self).unicodeScalars.first
        }
    }
}
