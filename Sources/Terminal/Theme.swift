package import Basics
package import CellGrid

/// The look of each role, from a file in `themes/`.
package struct Theme: Hashable, Sendable {
    package struct Style: Hashable, Sendable {
        /// One of xterm's 256 colours; nil is the terminal's default.
        package var foreground: Int?
        package var background: Int?
        package var attributes: Set<Attribute> = []
    }

    package enum Attribute: String, CaseIterable, Hashable, Sendable {
        case bold, dim, underline, reverse, italic
    }

    private var styles: [Role: Style]

    package subscript(role: Role) -> Style { styles[role] ?? Style() }

    /// Attributes only: for terminals without colours, and if the theme could not be read.
    package static let plain = Theme(
        styles: [
            .title: Style(attributes: [.bold]), .heading: Style(attributes: [.bold]), .dim: Style(attributes: [.dim]),
            .selection: Style(attributes: [.bold]), .tabActive: Style(attributes: [.bold, .underline]),
            .key: Style(attributes: [.bold]), .critical: Style(attributes: [.bold]),
            .alert: Style(attributes: [.reverse, .bold]), .input: Style(attributes: [.underline]),
            .dialog: Style(attributes: [.bold]), .bad: Style(attributes: [.bold]), .border: Style(attributes: [.dim]),
        ])

    private init(styles: [Role: Style]) {
        self.styles = styles
    }

    /// `{"critical": {"foreground": 203, "attributes": ["bold"]}, …}`; every role is required.
    package init(_ document: JSONValue) throws(ThemeProblem) {
        guard let members = document.members else {
            throw ThemeProblem(description: "a theme must be one JSON object of roles")
        }
        styles = [:]
        for member in members {
            guard let role = Role(rawValue: member.name) else {
                let hint = Suggestion.nearest(to: member.name, among: Role.allCases.map(\.rawValue))
                throw ThemeProblem(
                    description: "unknown role \"\(member.name)\"" + (hint.map { ", did you mean \($0)?" } ?? ""))
            }
            styles[role] = try Self.style(member.value, of: role)
        }
        let missing = Role.allCases.filter { styles[$0] == nil }
        guard missing.isEmpty else {
            throw ThemeProblem(description: "missing roles: \(missing.map(\.rawValue).joined(separator: ", "))")
        }
    }

    private static func style(_ value: JSONValue, of role: Role) throws(ThemeProblem) -> Style {
        let name = role.rawValue
        guard let members = value.members else {
            throw ThemeProblem(description: "\(name) must be an object, not \(value.serialized)")
        }
        var style = Style()
        for member in members {
            switch member.name {
            case "foreground": style.foreground = try color(member.value, of: name)
            case "background": style.background = try color(member.value, of: name)
            case "attributes":
                guard let words = member.value.array else {
                    throw ThemeProblem(description: "the attributes of \(name) must be a list")
                }
                for word in words {
                    guard let attribute = word.string.flatMap(Attribute.init) else {
                        throw ThemeProblem(description: "unknown attribute \(word.serialized) of \(name)")
                    }
                    style.attributes.insert(attribute)
                }
            default:
                throw ThemeProblem(
                    description: "unknown key \(member.name) of \(name); use foreground, background or attributes")
            }
        }
        return style
    }

    private static func color(_ value: JSONValue, of role: String) throws(ThemeProblem) -> Int {
        guard let number = value.int, (0...255).contains(number) else {
            throw ThemeProblem(description: "a colour of \(role) must be a number from 0 to 255")
        }
        return number
    }
}

/// Why a theme is invalid.
package struct ThemeProblem: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
}
