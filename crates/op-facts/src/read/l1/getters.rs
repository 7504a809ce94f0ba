//! Getters that are asked in one batch.

/// Declares getters, a line for each: what they answer, and the calls whose answers that will be.
macro_rules! getters {
    (
        $(#[$about:meta])* $facts:ident, $slots:ident($($contract:ident),+) {
            $($(#[$doc:meta])* $field:ident: $value:ty = $of:ident.$call:expr,)+
        }
    ) => {
        $(#[$about])*
        #[derive(Debug)]
        pub struct $facts {
            $($(#[$doc])* pub $field: eth_rpc::Reading<$value>,)+
        }

        pub(super) struct $slots {
            $($field: eth_rpc::Slot<$value>,)+
        }

        impl $slots {
            pub(super) fn ask(
                batch: &mut eth_rpc::Batch,
                $($contract: alloy_primitives::Address),+
            ) -> Self {
                Self { $($field: batch.call($of, &$call),)+ }
            }

            pub(super) fn read(&self, answers: &eth_rpc::Answers) -> $facts {
                $facts { $($field: answers.take(&self.$field),)+ }
            }
        }
    };
}

pub(super) use getters;
