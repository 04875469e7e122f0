//! The invite code of a room: an attribute of its item with the hash of the code.

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use domain::{Error, Room, RoomId, UserId};

use crate::{
    Store,
    error::refusal,
    n,
    rooms::{self, is_admin},
    s,
};

impl Store {
    /// Replaces the hash of a room's invite code, or removes it. The inner error is the room as it is, if it exists,
    /// whose admin `by` is not.
    pub async fn set_invite(
        &self,
        room: RoomId,
        by: UserId,
        hash: Option<&str>,
    ) -> Result<Result<(), Option<Room>>, Error> {
        let set = self
            .client
            .update_item()
            .table_name(&self.tables.rooms)
            .set_key(Some(rooms::key(room)))
            .update_expression(if hash.is_some() { "SET invite = :hash" } else { "REMOVE invite" })
            .condition_expression(format!("contains(members, :by) AND #type <> :direct AND {}", is_admin(":by")))
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_names("#type", "type")
            .expression_attribute_values(":by", n(by.get()))
            .expression_attribute_values(":direct", s("direct"))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let set = if let Some(hash) = hash { set.expression_attribute_values(":hash", s(hash)) } else { set };
        match set.send().await {
            Ok(_) => Ok(Ok(())),
            Err(error) => Ok(Err(refusal("resetting an invite code", error)?.map_or(Ok(None), rooms::room)?)),
        }
    }
}
