/// The directions in which a line leaves a cell.
struct LineArms: OptionSet {
    let rawValue: UInt8

    static let up = LineArms(rawValue: 1)
    static let down = LineArms(rawValue: 2)
    static let left = LineArms(rawValue: 4)
    static let right = LineArms(rawValue: 8)
    static let vertical: LineArms = [.up, .down]
    static let horizontal: LineArms = [.left, .right]

    var glyph: String {
        switch self {
        case []: " "
        case .up, .down, .vertical: "│"
        case .left, .right, .horizontal: "─"
        case [.down, .right]: "╭"
        case [.down, .left]: "╮"
        case [.up, .right]: "╰"
        case [.up, .left]: "╯"
        case [.up, .down, .right]: "├"
        case [.up, .down, .left]: "┤"
        case [.left, .right, .down]: "┬"
        case [.left, .right, .up]: "┴"
        default: "┼"
        }
    }

    /// Mirrored at the falling diagonal: down becomes right.
    var transposed: LineArms {
        // Up and down are the bits 1 and 2, left and right the bits 4 and 8.
        LineArms(rawValue: rawValue >> 2 | (rawValue & 3) << 2)
    }
}
