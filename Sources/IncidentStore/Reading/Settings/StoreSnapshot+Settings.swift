package import OnCallModel

extension StoreQuery where Answer == [SettingItem] {
    package static var settings: StoreQuery<[SettingItem]> { StoreQuery { try $0.settings() } }
}

extension StoreSnapshot {
    package func settings() throws -> [SettingItem] {
        try rows("setting_value", "SELECT * FROM setting_value ORDER BY position, key").map {
            try SettingItem(key: $0.text("key"), value: $0.text("value"), refusal: $0.text("refusal"))
        }
    }
}
