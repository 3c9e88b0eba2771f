-- psql -v owner="'…'" -v app="'…'" -f roles.sql postgres, as a superuser, once.
-- The owner makes and changes the tables; the application works in them, owns
-- nothing, and row-level security binds it.
create role cenacle_owner login password :owner;
create role cenacle_app login password :app nosuperuser nocreatedb nocreaterole nobypassrls connection limit 64;
create database cenacle owner cenacle_owner encoding 'UTF8' template template0;
revoke all on database cenacle from public;
grant connect on database cenacle to cenacle_app;
