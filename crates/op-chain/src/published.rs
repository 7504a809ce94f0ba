//! Accounts whose keys everybody knows.
//!
//! Robots empty them on every public chain within seconds, and whoever sees one in a role can take
//! it over.

use alloy_primitives::{Address, address};

/// A published mnemonic and the first of its accounts, `m/44'/60'/0'/0/N`.
#[derive(Debug, Clone, Copy)]
pub struct Published {
    /// Whose accounts they are.
    pub whose: &'static str,
    /// The words.
    pub mnemonic: &'static str,
    /// The accounts, from 0 on.
    pub accounts: &'static [Address],
}

/// Mnemonics that tools, tutorials and standards show. Twenty accounts are as many as Hardhat makes
/// (anvil: 10).
pub const MNEMONICS: [Published; 8] = [
    Published {
        whose: "Foundry's and Hardhat's test accounts",
        mnemonic: "test test test test test test test test test test test junk",
        accounts: &[
            address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
            address!("70997970C51812dc3A010C7d01b50e0d17dc79C8"),
            address!("3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"),
            address!("90F79bf6EB2c4f870365E785982E1f101E93b906"),
            address!("15d34AAf54267DB7D7c367839AAf71A00a2C6A65"),
            address!("9965507D1a55bcC2695C58ba16FB37d819B0A4dc"),
            address!("976EA74026E726554dB657fA54763abd0C3a0aa9"),
            address!("14dC79964da2C08b23698B3D3cc7Ca32193d9955"),
            address!("23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f"),
            address!("a0Ee7A142d267C1f36714E4a8F75612F20a79720"),
            address!("BcD4042DE499D14e55001CcbB24a551F3b954096"),
            address!("71bE63f3384f5fb98995898A86B02Fb2426c5788"),
            address!("FABB0ac9d68B0B445fB7357272Ff202C5651694a"),
            address!("1CBd3b2770909D4e10f157cABC84C7264073C9Ec"),
            address!("dF3e18d64BC6A983f673Ab319CCaE4f1a57C7097"),
            address!("cd3B766CCDd6AE721141F452C550Ca635964ce71"),
            address!("2546BcD3c84621e976D8185a91A922aE77ECEc30"),
            address!("bDA5747bFD65F08deb54cb465eB87D40e51B197E"),
            address!("dD2FD4581271e230360230F9337D5c0430Bf44C0"),
            address!("8626f6940E2eb28930eFb4CeF49B2d1F2C9C1199"),
        ],
    },
    Published {
        whose: "Ganache's accounts (`--deterministic`)",
        mnemonic: "myth like bonus scare over problem client lizard pioneer submit female collect",
        accounts: &[
            address!("90F8bf6A479f320ead074411a4B0e7944Ea8c9C1"),
            address!("FFcf8FDEE72ac11b5c542428B35EEF5769C409f0"),
            address!("22d491Bde2303f2f43325b2108D26f1eAbA1e32b"),
            address!("E11BA2b4D45Eaed5996Cd0823791E0C93114882d"),
            address!("d03ea8624C8C5987235048901fB614fDcA89b117"),
            address!("95cED938F7991cd0dFcb48F0a06a40FA1aF46EBC"),
            address!("3E5e9111Ae8eB78Fe1CC3bb8915d5D461F3Ef9A9"),
            address!("28a8746e75304c0780E011BEd21C72cD78cd535E"),
            address!("ACa94ef8bD5ffEE41947b4585a84BdA5a3d3DA6E"),
            address!("1dF62f291b2E969fB0849d99D9Ce41e2F137006e"),
        ],
    },
    Published {
        whose: "Truffle's accounts",
        mnemonic: "candy maple cake sugar pudding cream honey rich smooth crumble sweet treat",
        accounts: &[
            address!("627306090abaB3A6e1400e9345bC60c78a8BEf57"),
            address!("f17f52151EbEF6C7334FAD080c5704D77216b732"),
            address!("C5fdf4076b8F3A5357c5E395ab970B5B54098Fef"),
            address!("821aEa9a577a9b44299B9c15c88cf3087F3b5544"),
            address!("0d1d4e623D10F9FBA5Db95830F7d3839406C6AF2"),
            address!("2932b7A2355D6fecc4b5c0B6BD44cC31df247a2e"),
            address!("2191eF87E392377ec08E7c08Eb105Ef5448eCED5"),
            address!("0F4F2Ac550A1b4e2280d04c21cEa7EBD822934b5"),
            address!("6330A553Fc93768F612722BB8c2eC78aC90B3bbc"),
            address!("5AEDA56215b167893e80B4fE645BA6d5Bab767DE"),
        ],
    },
    Published {
        whose: "the accounts of Kurtosis' ethereum-package",
        mnemonic: "giant issue aisle success illegal bike spike question tent bar rely arctic \
                 volcano long crawl hungry vocal artwork sniff fantasy very lucky have athlete",
        accounts: &[
            address!("8943545177806ED17B9F23F0a21ee5948eCaa776"),
            address!("E25583099BA105D9ec0A67f5Ae86D90e50036425"),
            address!("614561D2d143621E126e87831AEF287678B442b8"),
            address!("f93Ee4Cf8c6c40b329b0c0626F28333c132CF241"),
            address!("802dCbE1B1A97554B4F50DB5119E37E8e7336417"),
            address!("Ae95d8DA9244C37CaC0a3e16BA966a8e852Bb6D6"),
            address!("2c57d1CFC6d5f8E4182a56b4cf75421472eBAEa4"),
            address!("741bFE4802cE1C4b5b00F9Df2F5f179A1C89171A"),
            address!("c3913d4D8bAb4914328651C2EAE817C8b78E1f4c"),
            address!("65D08a056c17Ae13370565B04cF77D2AfA1cB9FA"),
        ],
    },
    Published {
        whose: "accounts of a test vector of BIP-39",
        mnemonic: "abandon abandon abandon abandon abandon abandon \
                 abandon abandon abandon abandon abandon about",
        accounts: &[
            address!("9858EfFD232B4033E47d90003D41EC34EcaEda94"),
            address!("6Fac4D18c912343BF86fa7049364Dd4E424Ab9C0"),
            address!("b6716976A3ebe8D39aCEB04372f22Ff8e6802D7A"),
            address!("F3f50213C1d2e255e4B2bAD430F8A38EEF8D718E"),
            address!("51cA8ff9f1C0a99f88E86B8112eA3237F55374cA"),
            address!("A40cFBFc8534FFC84E20a7d8bBC3729B26a35F6f"),
            address!("B191a13bfE648B61002F2e2135867015B71816a6"),
            address!("593814d3309e2dF31D112824F0bb5aa7Cb0D7d47"),
            address!("B14c391e2bf19E5a26941617ab546FA620A4f163"),
            address!("4C1C56443AbFe6dD33de31dAaF0a6E929DBc4971"),
        ],
    },
    Published {
        whose: "accounts of a test vector of BIP-39",
        mnemonic: "legal winner thank year wave sausage worth useful legal winner thank yellow",
        accounts: &[
            address!("58A57ed9d8d624cBD12e2C467D34787555bB1b25"),
            address!("0D3eB21b6b21833A4939Cfff4810E9AE0758e12C"),
            address!("e42f4612e154153B68e241e8FDe337e0c4dD6bBD"),
            address!("2F07c220dC62CE9531bC44B695A6D93578806d8d"),
            address!("1454168e82efA260f49a6F86612cc6414Ba633e9"),
            address!("4fb070eF70961D204961c69B954B99808b9694BC"),
            address!("603049dcd328D58c9053eBE34F1692c0fac683f8"),
            address!("3eb84b6a7B4707C20B6bca41b537055B61E84764"),
            address!("a642b057F48020e850581a05Fe2Dde506EabD50D"),
            address!("61e3A11876506C169a25c90a6f64fEA5384d10f0"),
        ],
    },
    Published {
        whose: "accounts of a test vector of BIP-39",
        mnemonic: "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong",
        accounts: &[
            address!("fc2077CA7F403cBECA41B1B0F62D91B5EA631B5E"),
            address!("d1a7451beB6FE0326b4B78e3909310880B781d66"),
            address!("578270B5E5B53336baC354756b763b309eCA90Ef"),
            address!("909f59835A5a120EafE1c60742485b7ff0e305da"),
            address!("5711cED5ce6d91Ec7af3e5b02dDB47f409d42818"),
            address!("02db23843DB65077E19757Af077648F106ae9243"),
            address!("543289B0965Eba079b277B344DD1C0C2ab47a4bA"),
            address!("1de55545a139b3BEc88301C87BA241323B0E5ae1"),
            address!("d59feDEbbA13B004677004b79Dec7b60E4913AAc"),
            address!("c4c28C29561ff3d3eB34bcd68A41fce70F8D19B6"),
        ],
    },
    Published {
        whose: "accounts of a test vector of BIP-39",
        mnemonic: "letter advice cage absurd amount doctor acoustic avoid letter advice cage above",
        accounts: &[
            address!("3061750d3dF69ef7B8d4407CB7f3F879Fd9d2398"),
            address!("45A1eF7572a5B9998b46E54AA5Dce838965acB35"),
            address!("2E810cAacD3De971383D2846c8Be39660DC1966b"),
            address!("08A3B115d1552af246451829Ff7bE1f64CF9B034"),
            address!("Fb530F2032fF0fC69D592ec289b51e75f039db63"),
            address!("0BdEE84d80ebea78F8C368E01E02E1CA67600B7D"),
            address!("1DB84396D0FE78A4eb402E434B1a737B6abC9099"),
            address!("F1fF3c1632B5b2E8f993F238A62Ba1284b7b2C2f"),
            address!("50d581BaA984a45261ff768e1affD3c879813f97"),
            address!("aCb15FaA8214487918F6608FFbA480188aEB86a1"),
        ],
    },
];

/// Keys that are small numbers, from 1 on.
pub const SMALL: [Address; 10] = [
    address!("7E5F4552091A69125d5DfCb7b8C2659029395Bdf"),
    address!("2B5AD5c4795c026514f8317c7a215E218DcCD6cF"),
    address!("6813Eb9362372EEF6200f3b1dbC3f819671cBA69"),
    address!("1efF47bc3a10a45D4B230B5d10E37751FE6AA718"),
    address!("e1AB8145F7E55DC933d51a18c793F901A3A0b276"),
    address!("E57bFE9F44b819898F47BF37E5AF72a0783e1141"),
    address!("d41c057fd1c78805AAC12B0A94a405c0461A6FBb"),
    address!("F1F6619B38A98d6De0800F1DefC0a6399eB6d30C"),
    address!("F7Edc8FA1eCc32967F827C9043FcAe6ba73afA5c"),
    address!("4CCeBa2d7D2B4fdcE4304d3e09a1fea9fbEb1528"),
];

/// The key of go-ethereum's own tests, `b71c71a6…`.
pub const GETH: Address = address!("71562b71999873DB5b286dF957af199Ec94617F7");

/// Whose account it is, if everybody knows its key.
#[must_use]
pub fn whose(account: &Address) -> Option<&'static str> {
    let published = MNEMONICS.iter().find(|published| published.accounts.contains(account));
    let known = || {
        let small = SMALL.contains(account).then_some("the accounts of the keys 1 to 10");
        small.or_else(|| (*account == GETH).then_some("the account of go-ethereum's tests"))
    };
    published.map(|published| published.whose).or_else(known)
}

#[cfg(test)]
mod tests {
    use eth_rpc::key::SecretKey;

    use super::*;

    /// Those of the mnemonics are derived again by Foundry's cast: crates/e2e, `end_to_end`.
    #[test]
    fn the_accounts_of_keys_are_those_of_their_keys() {
        let address = |key: &str| SecretKey::from_hex(key.as_bytes()).unwrap().address();
        for (number, account) in (1..).zip(SMALL) {
            assert_eq!(address(&format!("{number:064x}")), account);
            assert!(whose(&account).is_some());
        }
        let geth = "b71c71a67e1177ad4e901695e1b4b9ee17ae16c6668d313eac2f96dbcda3f291";
        assert_eq!(address(geth), GETH);
        assert!(whose(&GETH).is_some());
        for published in MNEMONICS {
            assert!(
                published.accounts.iter().all(|account| whose(account) == Some(published.whose))
            );
        }
        assert_eq!(whose(&Address::ZERO), None);
    }
}
