//! Profiles, each with the site that its flows are made with.

use jumio_flow::StoreError;

use super::backend::sql;
use super::session::{Core, Session};

impl Core {
    pub(crate) async fn bind_profile(&self, profile: &str, site: &str) -> Result<(), StoreError> {
        let mut session = self.begin("bind a profile to its site").await?;
        let insert = sql("INSERT INTO jumio_profiles (name, site) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING");
        session.execute(insert.bind(profile).bind(site)).await?;
        let row = session.row(sql("SELECT site FROM jumio_profiles WHERE name = $1").bind(profile)).await?;
        let bound = row.map_or_else(|| Ok(site.to_owned()), |row| row.get("site")).map_err(session.failed())?;
        session.commit().await?;
        StoreError::unless_same_site(profile, &bound, site)
    }

    pub(crate) async fn unbind_profile(&self, profile: &str) -> Result<Option<String>, StoreError> {
        let mut session = self.open("forget the site of a profile", true).await?;
        let row = session.row(sql("DELETE FROM jumio_profiles WHERE name = $1 RETURNING site").bind(profile)).await?;
        let site = row.map(|row| row.get("site")).transpose().map_err(session.failed())?;
        session.commit().await?;
        Ok(site)
    }
}

impl Session<'_> {
    /// Refuses a profile with which no host has worked.
    pub(crate) async fn expect_profile(&mut self, profile: &str) -> Result<(), StoreError> {
        match self.row(sql("SELECT name FROM jumio_profiles WHERE name = $1").bind(profile)).await? {
            Some(_) => Ok(()),
            None => Err(StoreError::UnknownProfile { profile: profile.to_owned() }),
        }
    }
}
